package io.understudy.daemon.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.capture.Transaction;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TransactionQueueTest {
  private static Transaction transaction(long lsn, int changes) {
    Change change = new Change.Truncate(new TableName("public", "t"));
    return new Transaction(
        new Position(1, new Lsn(lsn)), lsn, Collections.nCopies(changes, change));
  }

  private static List<Long> lsns(List<Transaction> group) {
    return group.stream().map(t -> t.position().lsn().value()).toList();
  }

  @Test
  void groupsAreWholeTransactionsInOrderUpToTheBound() throws Exception {
    TransactionQueue queue = new TransactionQueue(1 << 20);
    for (int i = 1; i <= 4; i++) {
      queue.offer(transaction(i, 3), Duration.ZERO);
    }
    queue.offer(transaction(5, 50), Duration.ZERO);
    assertThat(lsns(queue.take(7))).containsExactly(1L, 2L);
    assertThat(lsns(queue.take(7))).containsExactly(3L, 4L);
    assertThat(lsns(queue.take(7))).as("larger than the bound, alone").containsExactly(5L);
  }

  @Test
  void aFullQueueRefusesUntilThereIsRoom() throws Exception {
    TransactionQueue queue = new TransactionQueue(1);
    assertThat(queue.offer(transaction(1, 1), Duration.ZERO)).isTrue();
    assertThat(queue.offer(transaction(2, 1), Duration.ofMillis(5))).isFalse();
    Thread taker = Thread.ofVirtual().start(() -> take(queue));
    assertThat(queue.offer(transaction(2, 1), Duration.ofSeconds(10))).isTrue();
    taker.join();
  }

  @Test
  void severalAreTakenInAsFarAsThereIsRoom() throws Exception {
    TransactionQueue queue = new TransactionQueue(1);
    List<Transaction> three = List.of(transaction(1, 1), transaction(2, 1), transaction(3, 1));
    int next = queue.offer(three, 0, Duration.ZERO);
    assertThat(next).isEqualTo(1);
    assertThat(lsns(queue.take(9))).containsExactly(1L);
    assertThat(queue.offer(three, next, Duration.ofMillis(5))).isEqualTo(2);
    assertThat(lsns(queue.take(9))).containsExactly(2L);
  }

  @Test
  void groupsAreBoundedInMemoryToo() throws Exception {
    TransactionQueue queue = new TransactionQueue(1 << 20);
    queue.offer(List.of(transaction(1, 1), transaction(2, 1)), 0, Duration.ZERO);
    assertThat(lsns(queue.take(9, 1))).containsExactly(1L);
    assertThat(lsns(queue.take(9, 1))).containsExactly(2L);
  }

  @Test
  void gatheringEndsWithPatienceWithEnoughChangesOrWithTheQueue() throws Exception {
    TransactionQueue queue = new TransactionQueue(1 << 20);
    queue.gather(3, Duration.ofMillis(1));
    Thread giver =
        Thread.ofVirtual().start(() -> give(queue, List.of(transaction(1, 0), transaction(2, 2))));
    queue.gather(3, Duration.ofHours(1));
    assertThat(lsns(queue.take(9))).containsExactly(1L, 2L);
    giver.join();
    Thread ender = Thread.ofVirtual().start(queue::end);
    queue.gather(3, Duration.ofHours(1));
    assertThat(queue.take(9)).isEmpty();
    ender.join();
  }

  private static void give(TransactionQueue queue, List<Transaction> transactions) {
    try {
      for (Transaction transaction : transactions) {
        queue.offer(transaction, Duration.ZERO);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void take(TransactionQueue queue) {
    try {
      queue.take(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void anEndedQueueGivesWhatWaitsAndKeepsNothingMore() throws Exception {
    TransactionQueue queue = new TransactionQueue(1);
    queue.offer(transaction(1, 1), Duration.ZERO);
    queue.end();
    assertThat(queue.offer(transaction(2, 1), Duration.ZERO)).isTrue();
    assertThat(lsns(queue.take(9))).containsExactly(1L);
    assertThat(queue.take(9)).isEmpty();
  }

  @Test
  void aDiscardedQueueGivesNothing() throws Exception {
    TransactionQueue queue = new TransactionQueue(1);
    queue.offer(transaction(1, 1), Duration.ZERO);
    queue.discard();
    assertThat(queue.take(9)).isEmpty();
    assertThat(queue.isRelaxed()).isFalse();
  }
}
