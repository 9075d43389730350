package io.understudy.daemon.replication;

import io.understudy.daemon.quorum.Watermark;
import io.understudy.model.AppliedClock;
import io.understudy.model.Position;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is known of all shadows and the watermark, and tells the listener. One thread owns all
 * of it; the others hand in what happened and read what it published.
 */
final class Scoreboard {
  private static final Logger LOG = LoggerFactory.getLogger(Scoreboard.class);

  private final ReplicationSpec spec;
  private final InstantSource clock;
  private final ReplicationListener listener;
  private final Consumer<Position> confirm;
  private final ExecutorService owner;
  private final Thread ticker;
  private Consumer<String> inSync = endpoint -> {};

  private final Map<String, ShadowTrack> tracks = new LinkedHashMap<>();
  private final Map<String, ShadowCounters> counters = new LinkedHashMap<>();
  private final AckTimer acks;
  private Watermark watermark;
  private volatile List<ShadowTrack> published;
  private volatile Position replicated = Position.NONE;
  private volatile Position captured = Position.NONE;

  Scoreboard(
      ReplicationSpec spec,
      InstantSource clock,
      ReplicationListener listener,
      Consumer<Position> confirm) {
    this.spec = spec;
    this.clock = clock;
    this.listener = listener;
    this.confirm = confirm;
    this.acks = new AckTimer(clock);
    spec.shadows().forEach(s -> tracks.put(s.name(), ShadowTrack.unknown(s.name())));
    spec.shadows().forEach(s -> counters.put(s.name(), new ShadowCounters()));
    this.published = List.copyOf(tracks.values());
    // With k = 0 the primary's own disk is the only voter.
    this.watermark =
        spec.k() == 0
            ? Watermark.of(1, List.of(spec.primary().name()))
            : Watermark.of(spec.k(), tracks.keySet());
    this.owner =
        Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("scoreboard-" + spec.service()).factory());
    this.ticker = Thread.ofVirtual().name("ticker-" + spec.service()).unstarted(this::tick);
  }

  /** Told on the owner's thread when a shadow becomes in sync. */
  void onInSync(Consumer<String> action) {
    inSync = action;
  }

  void start() {
    ticker.start();
  }

  /** Nothing is told afterwards; returns the last watermark. */
  Position stop() {
    ticker.interrupt();
    owner.shutdown();
    try {
      if (!owner.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("{}: a listener does not return", spec.service());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return replicated;
  }

  Position replicated() {
    return replicated;
  }

  Figures figures(OptionalLong slotRetainedBytes) {
    Map<String, Figures.OfShadow> figures = new LinkedHashMap<>();
    counters.forEach((endpoint, counted) -> figures.put(endpoint, counted.figures()));
    return new Figures(captured, replicated, acks.seconds(), slotRetainedBytes, figures);
  }

  List<ShadowStatus> shadows() {
    long now = clock.millis();
    Position end = captured;
    return published.stream().map(track -> track.status(end, now)).toList();
  }

  void captured(Position position) {
    captured = position;
    acks.captured(position);
    if (spec.k() == 0) {
      submit(() -> durable(spec.primary().name(), position));
    }
  }

  void captureFailed(String reason) {
    submit(() -> listener.captureFailed(reason));
  }

  /** Runs {@code action} if the shadow has failed. */
  void recover(String endpoint, Runnable action) {
    submit(() -> {
      if (track(endpoint).state() instanceof ShadowState.Failed) {
        update(endpoint, track -> track.seeding(0, 0, 0));
        action.run();
      }
    });
  }

  ShadowLine.Listener listener(String endpoint) {
    ShadowCounters counted = Objects.requireNonNull(counters.get(endpoint));
    return new ShadowLine.Listener() {
      @Override
      public void seeding(long rows, long bytes, long bytesExpected) {
        submit(() -> update(endpoint, track -> track.seeding(rows, bytes, bytesExpected)));
      }

      @Override
      public void from(Position position) {
        submit(() -> {
          watermark = spec.k() == 0 ? watermark : watermark.forget(endpoint);
          update(endpoint, track -> track.from(position));
          held(endpoint, position);
        });
      }

      @Override
      public void applied(Position position, long readingMillis) {
        submit(() -> advance(endpoint, position, readingMillis));
      }

      @Override
      public void retrying(String reason) {
        counted.retried();
        submit(() -> update(endpoint, track -> track.retrying(reason)));
      }

      @Override
      public void grouped(int changes) {
        counted.grouped(changes);
      }

      @Override
      public void fellBack() {
        counted.fellBack();
      }

      @Override
      public void failed(String reason) {
        submit(() -> update(endpoint, track -> track.failed(reason)));
      }
    };
  }

  private void advance(String endpoint, Position position, long reading) {
    update(endpoint, track -> track.applied(position, reading, clock.millis(), spec.limits()));
    held(endpoint, position);
    if (reading > 0) {
      listener.appliedClockAdvanced(
          new AppliedClock(spec.service(), endpoint, spec.epoch(), reading));
    }
  }

  private void held(String endpoint, Position position) {
    if (spec.k() > 0) {
      durable(endpoint, position);
    }
  }

  private void durable(String voter, Position position) {
    watermark = watermark.advance(voter, position);
    Position now = watermark.replicated();
    if (now.compareTo(replicated) > 0) {
      replicated = now;
      acks.replicated(now);
      confirm.accept(now);
      listener.watermarkAdvanced(now);
    }
  }

  private void update(String endpoint, UnaryOperator<ShadowTrack> step) {
    ShadowTrack before = track(endpoint);
    ShadowTrack after = step.apply(before);
    if (after.equals(before)) {
      return;
    }
    tracks.put(endpoint, after);
    published = List.copyOf(tracks.values());
    if (!after.state().equals(before.state())) {
      entered(before, after);
    }
  }

  private void entered(ShadowTrack before, ShadowTrack after) {
    if (before.state().getClass() != after.state().getClass()) {
      LOG.info(
          "shadow {} of {}: {} -> {} position={}",
          after.endpoint(),
          spec.service(),
          before.state(),
          after.state(),
          after.applied());
    }
    if (after.state() instanceof ShadowState.InSync) {
      inSync.accept(after.endpoint());
    }
    listener.shadowChanged(after.status(captured, clock.millis()));
  }

  private ShadowTrack track(String endpoint) {
    return Objects.requireNonNull(tracks.get(endpoint));
  }

  private void tick() {
    try {
      while (true) {
        Thread.sleep(spec.limits().heartbeat());
        submit(() ->
            List.copyOf(tracks.keySet())
                .forEach(endpoint ->
                    update(endpoint, track -> track.tick(clock.millis(), spec.limits()))));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(Runnable step) {
    try {
      owner.execute(step);
    } catch (RejectedExecutionException _) {
      LOG.debug("{}: told after the end", spec.service());
    }
  }
}
