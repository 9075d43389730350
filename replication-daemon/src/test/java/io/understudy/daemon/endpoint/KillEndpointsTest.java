package io.understudy.daemon.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.journal.Health;
import io.understudy.daemon.journal.Journal;
import io.understudy.daemon.journal.JournalLimits;
import io.understudy.daemon.kill.Seed;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.PostgresVersion;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.replication.RandomLoad;
import io.understudy.model.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SIGKILL of endpoints' daemons and of their servers at random moments, under load, with quorum
 * commit (two of three voters) and TLS between the daemons; also in the middle of promotions.
 */
class KillEndpointsTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c", "eu-d");
  private static final int KILLS_OF_THE_LONG_PROOF = Integer.getInteger("understudy.kills", 100);
  private static final Duration STUCK = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofMinutes(3);

  /** What is killed. */
  private enum Blow {
    VOTER_DAEMON,
    PRIMARY_SERVER,
    PROMOTION,
    PRIMARY_DAEMON,
    VOTER_SERVER,
    PRIMARY,
    VOTER
  }

  /** Who is killed while somebody is promoted. */
  private enum Victim {
    CANDIDATE_DAEMON,
    CONTROLLER_DAEMON,
    OLD_PRIMARY_DAEMON,
    CANDIDATE_SERVER,
    OLD_PRIMARY
  }

  private static final List<Blow> BLOWS = List.of(Blow.values());
  private static final List<Victim> VICTIMS = List.of(Victim.values());

  @TempDir Path folder;
  private @Nullable ServiceProcesses service;

  @AfterEach
  void end() throws Exception {
    if (service != null) {
      service.end();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "V18")
  @Timeout(300)
  void noAcknowledgedCommitIsLostAndAllEndpointsEqual(PostgresVersion version) throws Exception {
    service = ServiceProcesses.of(folder, version, NAMES);
    new Run(service, Seed.draw())
        .play(List.of(Blow.VOTER_DAEMON, Blow.PRIMARY_SERVER, Blow.PROMOTION));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  @Timeout(7_200)
  void norAfterAHundredKills(PostgresVersion version) throws Exception {
    service = ServiceProcesses.of(folder, version, NAMES);
    Seed seed = Seed.draw();
    Random random = seed.random();
    List<Blow> blows = new ArrayList<>();
    for (int i = 0; i < KILLS_OF_THE_LONG_PROOF; i++) {
      blows.add(BLOWS.get(random.nextInt(BLOWS.size())));
    }
    new Run(service, seed).play(blows);
  }

  /** One run of kills. */
  private static final class Run {
    private final ServiceProcesses service;
    private final Seed seed;
    private final Random random;
    private final Clients clients;
    private final Set<String> deadDaemons = new LinkedHashSet<>();
    private final Set<String> deadServers = new LinkedHashSet<>();

    Run(ServiceProcesses service, Seed seed) {
      this.service = service;
      this.seed = seed;
      this.random = seed.random();
      this.clients = new Clients(service);
    }

    void play(List<Blow> blows) throws Exception {
      RandomLoad.createTables(NAMES.stream().map(service::database).toArray(TestDatabase[]::new));
      service.startAll();
      service.awaitOpen(NAMES.getFirst());
      clients.start(seed.value());
      try {
        for (Blow blow : blows) {
          awaitProgress("before " + blow);
          goOn(1500);
          say(blow + ", primary " + primary() + ", " + clients.acknowledged() + " acknowledged");
          strike(blow);
          goOn(700);
          revive();
        }
        awaitProgress("after all kills");
        clients.end();
      } finally {
        clients.giveUp();
      }
      verify();
    }

    /** The moment of a blow is drawn: nothing is waited for. */
    private void goOn(int millisMax) throws InterruptedException {
      Thread.sleep(random.nextInt(millisMax));
    }

    private static void say(String text) {
      System.out.println(text);
    }

    private String primary() throws Exception {
      return service.record().primary();
    }

    private String voter() throws Exception {
      List<String> voters = service.record().electorate().voters();
      return voters.get(random.nextInt(voters.size()));
    }

    private void strike(Blow blow) throws Exception {
      switch (blow) {
        case VOTER_DAEMON -> killDaemon(voter());
        case PRIMARY_DAEMON -> killDaemon(primary());
        case VOTER_SERVER -> killServer(voter());
        case PRIMARY_SERVER -> killServer(primary());
        case VOTER -> killBoth(voter());
        case PRIMARY -> killBoth(primary());
        case PROMOTION -> promoteAndKill();
      }
    }

    private void promoteAndKill() throws Exception {
      String old = primary();
      String candidate = candidate();
      String controller = NAMES.get(random.nextInt(NAMES.size()));
      Victim victim = VICTIMS.get(random.nextInt(VICTIMS.size()));
      say("  promote " + candidate + " from " + old + ", by " + controller + ", kill " + victim);
      service.orderPromotion(controller, candidate);
      goOn(1000);
      switch (victim) {
        case CANDIDATE_DAEMON -> killDaemon(candidate);
        case CONTROLLER_DAEMON -> killDaemon(controller);
        case OLD_PRIMARY_DAEMON -> killDaemon(old);
        case CANDIDATE_SERVER -> killServer(candidate);
        case OLD_PRIMARY -> killBoth(old);
      }
    }

    /** As a person would choose: a voter that follows. */
    private String candidate() throws Exception {
      List<String> able = new ArrayList<>();
      for (String voter : service.record().electorate().voters()) {
        if (service.status(voter).phase().equals("FOLLOWING")) {
          able.add(voter);
        }
      }
      return able.isEmpty() ? voter() : able.get(random.nextInt(able.size()));
    }

    private void killDaemon(String endpoint) throws InterruptedException {
      service.kill(endpoint);
      deadDaemons.add(endpoint);
    }

    private void killServer(String endpoint) {
      service.server(endpoint).kill();
      deadServers.add(endpoint);
    }

    private void killBoth(String endpoint) throws InterruptedException {
      killDaemon(endpoint);
      killServer(endpoint);
    }

    /** In random order. */
    private void revive() throws Exception {
      if (random.nextBoolean()) {
        reviveDaemons();
      }
      for (String endpoint : deadServers) {
        service.server(endpoint).startAgain();
      }
      deadServers.clear();
      reviveDaemons();
    }

    private void reviveDaemons() throws Exception {
      for (String endpoint : deadDaemons) {
        service.start(endpoint);
      }
      deadDaemons.clear();
    }

    /** Commits return again; if not for a while, somebody promotes, as an operator would. */
    private void awaitProgress(String when) throws Exception {
      int before = clients.acknowledged();
      long began = System.nanoTime();
      while (clients.acknowledged() < before + 50) {
        try {
          Await.until("commits", STUCK, () -> clients.acknowledged() >= before + 50);
        } catch (AssertionError e) {
          String candidate = candidate();
          String controller = NAMES.get(random.nextInt(NAMES.size()));
          say("  nothing is committed " + when + ": " + states());
          say("  " + controller + " promotes " + candidate);
          service.orderPromotion(controller, candidate);
          assertThat(Duration.ofNanos(System.nanoTime() - began))
              .as("seed %d: commits %s", seed.value(), when)
              .isLessThan(LONG);
        }
      }
      say("  commits again after " + (System.nanoTime() - began) / 1_000_000 + " ms");
    }

    private String states() throws Exception {
      StringBuilder states = new StringBuilder("" + service.record());
      for (String endpoint : NAMES) {
        states
            .append("\n    ")
            .append(endpoint)
            .append(service.alive(endpoint) ? " " : " dead, was ")
            .append(service.status(endpoint))
            .append(" said ")
            .append(service.outcome(endpoint));
      }
      return states.toString();
    }

    private void verify() throws Exception {
      String primary = primary();
      service.awaitEqual(primary);
      assertThat(clients.lost(primary)).as("lost, seed %d", seed.value()).isEmpty();
      assertThat(clients.invented(primary)).as("invented, seed %d", seed.value()).isEmpty();
      assertThat(open()).as("open, seed %d", seed.value()).containsExactly(primary);
      journalsAreWhole();
      assertThat(clients.surprises()).as("seed %d", seed.value()).isEmpty();
      assertThat(service.defects()).as("seed %d", seed.value()).isEmpty();
      say(clients.acknowledged() + " acknowledged, " + service.record());
    }

    private Set<String> open() {
      Set<String> open = new TreeSet<>();
      for (String endpoint : NAMES) {
        String may = "SELECT has_table_privilege('" + TestDatabase.ROLE + "', 'orders', 'INSERT')";
        if (service.database(endpoint).query(may).equals("t")) {
          open.add(endpoint);
        }
      }
      return open;
    }

    /** All of them hold what the primary holds, also for who reads them after one more SIGKILL. */
    private void journalsAreWhole() throws Exception {
      Position end = service.status(primary()).journal(); // Heartbeats go on behind it.
      for (String endpoint : NAMES) {
        Await.until(
            endpoint + " journals " + end,
            LONG,
            () -> service.status(endpoint).journal().compareTo(end) >= 0);
      }
      for (String endpoint : NAMES) {
        service.kill(endpoint);
        try (Journal journal =
            Journal.open(service.state(endpoint), JournalLimits.DEFAULTS, InstantSource.system())) {
          assertThat(journal.health()).isInstanceOf(Health.Complete.class);
          assertThat(journal.last()).isGreaterThanOrEqualTo(end);
        }
      }
    }
  }
}
