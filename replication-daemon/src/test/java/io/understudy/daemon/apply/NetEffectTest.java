package io.understudy.daemon.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NetEffectTest {
  private static final TableName T = new TableName("public", "t");
  private static final TableName OTHER = new TableName("public", "other");
  private static final Catalogue CATALOGUE =
      new Catalogue(Map.of(T, table(T), OTHER, table(OTHER)));

  private static Catalogue.Table table(TableName name) {
    return new Catalogue.Table(
        name,
        List.of(column("id"), column("v"), column("big")),
        List.of("id"),
        'd',
        true,
        'p',
        true);
  }

  private static Catalogue.Column column(String name) {
    return new Catalogue.Column(
        name, "text", false, new Catalogue.Form("text", "text", true, true));
  }

  private static Row key(String id) {
    return new Row(List.of("id"), List.of(id));
  }

  private static Change insert(String id, String v, String big) {
    return new Change.Insert(T, new Row(List.of("id", "v", "big"), List.of(id, v, big)));
  }

  private static Change update(String id, String newId, String v) {
    return new Change.Update(
        T, key(id), new Row(List.of("id", "v"), List.of(newId, v)), List.of("big"));
  }

  private static Change updateAll(String id, String newId, String v, String big) {
    return new Change.Update(
        T, key(id), new Row(List.of("id", "v", "big"), List.of(newId, v, big)), List.of());
  }

  private static Change delete(String id) {
    return new Change.Delete(T, key(id));
  }

  /** The steps as text, for example {@code [delete [1], update v [2, x], insert [3, y, z]]}. */
  private static List<String> net(Change... changes) {
    List<String> texts = new ArrayList<>();
    for (Step step : NetEffect.of(CATALOGUE, List.of(changes))) {
      switch (step) {
        case Step.Truncate truncate -> texts.add("truncate " + truncate.tables());
        case Step.InOrder ordered -> texts.add("in order " + ordered.changes().size());
        case Step.Batch batch -> {
          for (Row row : batch.rows()) {
            texts.add(verb(batch.shape()) + " " + row.values());
          }
        }
      }
    }
    return texts;
  }

  private static String verb(Shape shape) {
    return switch (shape) {
      case Shape.Insert _ -> "insert";
      case Shape.Delete _ -> "delete";
      case Shape.Update update ->
          "update " + String.join("+", update.sets().stream().map(Catalogue.Column::name).toList());
    };
  }

  @Test
  void aRowThatCameAndWentIsNothing() {
    assertThat(net(insert("1", "a", "b"), update("1", "2", "c"), delete("2"))).isEmpty();
  }

  @Test
  void updatesOfOneRowAreOneUpdate() {
    assertThat(net(update("1", "1", "a"), update("1", "1", "b")))
        .containsExactly("update v [1, b]");
  }

  @Test
  void aLargeValueThatDidNotChangeIsTakenFromAnEarlierChange() {
    assertThat(net(updateAll("1", "1", "a", "B"), update("1", "1", "b")))
        .containsExactly("update v+big [1, b, B]");
    assertThat(net(insert("1", "a", "B"), update("1", "1", "b")))
        .containsExactly("insert [1, b, B]");
  }

  @Test
  void aRowThatWasReplacedIsDeletedAndInserted() {
    assertThat(net(delete("1"), insert("1", "a", "B"), update("1", "1", "b")))
        .containsExactly("delete [1]", "insert [1, b, B]");
  }

  @Test
  void aKeyThatMovedIsFollowedToItsOrigin() {
    assertThat(net(updateAll("1", "2", "a", "B"), updateAll("2", "3", "c", "D")))
        .containsExactly("delete [1]", "insert [3, c, D]");
    assertThat(net(update("1", "2", "a"), update("2", "3", "c")))
        .containsExactly("update id+v [1, 3, c]");
    assertThat(net(update("1", "2", "a"), delete("2"))).containsExactly("delete [1]");
    assertThat(net(update("1", "2", "a"), update("2", "1", "b")))
        .containsExactly("update v [1, b]");
  }

  @Test
  void aChainOfKeysIsUntangled() {
    assertThat(net(updateAll("2", "3", "b", "B"), updateAll("1", "2", "a", "A")))
        .containsExactlyInAnyOrder(
            "delete [2]", "delete [1]", "insert [3, b, B]", "insert [2, a, A]");
  }

  @Test
  void keysThatSwapAreUntangledIfTheRowsAreKnown() {
    assertThat(
            net(
                updateAll("1", "0", "a", "A"),
                updateAll("2", "1", "b", "B"),
                updateAll("0", "2", "a", "A")))
        .containsExactlyInAnyOrder(
            "delete [1]", "delete [2]", "insert [1, b, B]", "insert [2, a, A]");
  }

  @Test
  void movedRowsOfWhichSomethingIsUnknownGoInOrderIfTheyMeet() {
    assertThat(net(update("1", "0", "a"), update("2", "1", "b"), update("0", "2", "a")))
        .containsExactly("in order 3");
    assertThat(net(delete("2"), update("1", "2", "a"), insert("1", "n", "N")))
        .containsExactly("delete [2]", "update id+v [1, 2, a]", "insert [1, n, N]");
  }

  @Test
  void truncatedTablesAreEmptiedTogetherBeforeWhatFollows() {
    assertThat(
            net(
                delete("1"),
                new Change.Truncate(T),
                new Change.Truncate(OTHER),
                insert("1", "a", "A"),
                delete("1"),
                insert("2", "b", "B"),
                new Change.Truncate(OTHER)))
        .containsExactly("truncate [public.t, public.other]", "insert [2, b, B]");
  }

  @Test
  void aLargeKeyThatDidNotChangeIsKnownFromTheOldKey() {
    Change update =
        new Change.Update(
            T, key("1"), new Row(List.of("v", "big"), List.of("a", "A")), List.of("id"));
    assertThat(net(update)).containsExactly("update v+big [1, a, A]");
  }

  @Test
  void changesThatDoNotFitEachOtherOrTheTableGoInOrder() {
    Row less = new Row(List.of("id"), Arrays.asList("1"));
    assertThat(net(delete("1"), delete("1"))).containsExactly("in order 2");
    assertThat(net(insert("1", "a", "A"), insert("1", "b", "B"))).containsExactly("in order 2");
    assertThat(net(delete("1"), update("1", "1", "a"))).containsExactly("in order 2");
    assertThat(net(new Change.Insert(T, less))).containsExactly("in order 1");
    assertThat(net(new Change.Update(T, key("1"), less, List.of("v"))))
        .containsExactly("in order 1");
    assertThat(net(new Change.Insert(new TableName("public", "nowhere"), less)))
        .containsExactly("in order 1");
    assertThat(net(new Change.Unreadable(T, "v", "STRUCT"))).containsExactly("in order 1");
  }

  @Test
  void randomGroupsComeToWhatTheirChangesComeTo() {
    int inOrder = 0;
    int batches = 0;
    Set<String> shapes = new HashSet<>();
    for (long seed = 1; seed <= 100; seed++) {
      RandomChanges source = new RandomChanges(seed, true);
      Random random = new Random(seed);
      for (int i = 0; i < 40; i++) {
        MapShadow shadow = source.primary().copy();
        List<Change> group = new ArrayList<>();
        for (int j = random.nextInt(12); j >= 0; j--) {
          group.addAll(source.next());
        }
        for (Step step : NetEffect.of(RandomChanges.CATALOGUE, group)) {
          shadow.apply(step);
          if (step instanceof Step.Batch batch) {
            batches++;
            shapes.add(batch.shape().table().name() + " " + verb(batch.shape()));
          } else if (step instanceof Step.InOrder ordered
              && !ordered.changes().getFirst().table().table().equals("log")) {
            inOrder++;
          }
        }
        assertThat(shadow.contents()).as("seed %d", seed).isEqualTo(source.primary().contents());
      }
    }
    assertThat(batches).isGreaterThan(100 * inOrder).isPositive();
    assertThat(inOrder).isPositive();
    assertThat(shapes)
        .contains("public.account update code+n", "public.account update id+code+n")
        .contains("public.pair delete", "public.owner insert");
  }
}
