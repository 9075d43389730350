package io.understudy.daemon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.Lsn;
import org.junit.jupiter.api.Test;

class DeliveredTest {
  private final Delivered delivered = new Delivered(new Lsn(10), 3);

  @Test
  void onlyEndsOfWholeTransactionsAreConfirmed() {
    delivered.add(new Lsn(20));
    delivered.add(new Lsn(30));
    assertThat(delivered.confirm(new Lsn(19))).isFalse();
    assertThat(delivered.confirmed()).isEqualTo(new Lsn(10));
    assertThat(delivered.confirm(new Lsn(29))).isTrue();
    assertThat(delivered.confirmed()).isEqualTo(new Lsn(20));
  }

  @Test
  void whatWasNeverDeliveredIsNotConfirmed() {
    delivered.add(new Lsn(20));
    delivered.confirm(new Lsn(1_000));
    assertThat(delivered.confirmed()).isEqualTo(new Lsn(20));
  }

  @Test
  void theServersPositionCountsOnlyWhenNothingIsOutstanding() {
    delivered.add(new Lsn(20));
    assertThat(delivered.skipTo(new Lsn(50))).isFalse();
    delivered.confirm(new Lsn(20));
    assertThat(delivered.skipTo(new Lsn(50))).isTrue();
    assertThat(delivered.confirmed()).isEqualTo(new Lsn(50));
  }

  @Test
  void thePositionNeverFallsAndIsUnsigned() {
    assertThat(delivered.skipTo(new Lsn(5))).isFalse();
    assertThat(delivered.skipTo(Lsn.ZERO)).isFalse();
    assertThat(delivered.skipTo(new Lsn(-1))).isTrue();
    assertThat(delivered.confirm(new Lsn(20))).isFalse();
    assertThat(delivered.confirmed()).isEqualTo(new Lsn(-1));
  }

  @Test
  void thereIsRoomForAsManyAsWereAllowed() {
    for (int i = 1; i <= 3; i++) {
      assertThat(delivered.isFull()).isFalse();
      delivered.add(new Lsn(10 + i));
    }
    assertThat(delivered.isFull()).isTrue();
    delivered.confirm(new Lsn(11));
    assertThat(delivered.isFull()).isFalse();
  }
}
