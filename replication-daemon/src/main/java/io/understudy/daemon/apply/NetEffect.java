package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a group of changes comes to: at most one operation per row.
 *
 * <p>Tables do not depend on each other, because neither foreign keys nor triggers fire on a
 * shadow. A TRUNCATE makes everything before it in its table void, so it can always come first. All
 * of a group are one statement: then every table that refers to another one is emptied together
 * with it, as it was on the primary.
 */
final class NetEffect {
  private final Catalogue catalogue;
  private final Set<TableName> truncated = new LinkedHashSet<>();
  private final Map<TableName, TableFold> folds = new LinkedHashMap<>();
  // Changes of tables that are not on this shadow: whoever writes them finds out.
  private final List<Change> strangers = new ArrayList<>();

  private NetEffect(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /** Computes it. */
  static List<Step> of(Catalogue catalogue, List<Change> changes) {
    NetEffect effect = new NetEffect(catalogue);
    changes.forEach(effect::add);
    return effect.steps();
  }

  private void add(Change change) {
    TableFold known = folds.get(change.table());
    Catalogue.Table table = known == null ? catalogue.tables().get(change.table()) : known.table();
    if (table == null) {
      strangers.add(change);
    } else if (change instanceof Change.Truncate) {
      truncated.add(change.table());
      folds.put(change.table(), new TableFold(table));
    } else if (known == null) {
      TableFold fold = new TableFold(table);
      folds.put(change.table(), fold);
      fold.add(change);
    } else {
      known.add(change);
    }
  }

  private List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    if (!strangers.isEmpty()) {
      steps.add(new Step.InOrder(strangers));
    }
    if (!truncated.isEmpty()) {
      steps.add(new Step.Truncate(List.copyOf(truncated)));
    }
    folds.values().forEach(fold -> steps.addAll(fold.steps()));
    return steps;
  }
}
