package io.understudy.daemon.config;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.capture.ReceiverSettings;
import io.understudy.daemon.replication.Limits;
import io.understudy.daemon.shift.ShiftPolicy;
import io.understudy.daemon.shift.ShiftPolicy.Stage;
import io.understudy.model.Cohort;
import io.understudy.model.Names;
import io.understudy.model.Ramp;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan.Identity;
import io.understudy.model.config.ConfigSection;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads one entry of {@code policies}; the defaults stand here and nowhere else. */
final class PolicySection {
  private static final List<String> DEFAULT_STEPS = List.of("500", "2500", "5000", "10000");

  private PolicySection() {}

  static ServicePolicy read(ConfigSection section, Topology.Service service) {
    CaptureKind capture =
        section.optional("capture", CaptureKind::parse).orElse(CaptureKind.DEBEZIUM);
    ServicePolicy policy =
        new ServicePolicy(
            service.name(),
            (int) section.integer("k", 0, service.endpoints().size() - 1L),
            capture,
            receiver(section, capture),
            section.flag("captureDdl", false),
            section.texts("regions"),
            section.duration("promoteAfter", Duration.ofSeconds(5)),
            section.duration("staleReadsMax", Duration.ofSeconds(10)),
            section.duration("planAgeMax", Duration.ofSeconds(10)),
            section.duration("riskAgeMax", Duration.ofSeconds(10)),
            limits(section.section("replication")),
            identity(section.section("identity")),
            section.text("cookie", "us_b"),
            shift(section));
    section.rejectUnknownKeys();
    return policy;
  }

  private static Optional<ReceiverSettings.Place> receiver(
      ConfigSection policy, CaptureKind capture) {
    ConfigSection section = policy.section("receiver");
    if (capture != CaptureKind.DEBEZIUM_SERVER && section.optionalText("listen").isEmpty()) {
      section.rejectUnknownKeys();
      return Optional.empty();
    }
    ReceiverSettings.Place place =
        new ReceiverSettings.Place(
            section.value("listen", HostPort::parse, new HostPort("127.0.0.1", 0)),
            readable(section, "secretFile"),
            section.text("placeholder"),
            Path.of(section.text("stateFolder")));
    section.rejectUnknownKeys();
    return Optional.of(place);
  }

  private static Path readable(ConfigSection section, String key) {
    Path path = Path.of(section.text(key));
    if (!path.toString().isEmpty() && !Files.isReadable(path)) {
      section.reject(key, "file " + path + " cannot be read");
    }
    return path;
  }

  private static Limits limits(ConfigSection section) {
    Limits standard = Limits.DEFAULT;
    Limits limits =
        new Limits(
            section.duration("heartbeat", standard.heartbeat()),
            section.duration("inSyncLagMax", standard.inSyncLagMax()),
            (int) section.integer("inSyncHeartbeats", 1, 1_000, standard.inSyncHeartbeats()),
            section.integer("queueBytesMax", 1 << 20, 1L << 40, standard.queueBytesMax()),
            section.integer("seedBufferBytesMax", 1 << 20, 1L << 40, standard.seedBufferBytesMax()),
            section.duration("stallMax", standard.stallMax()),
            (int) section.integer("groupChangesMax", 1, 1_000_000, standard.groupChangesMax()));
    section.rejectUnknownKeys();
    return limits;
  }

  private static Identity identity(ConfigSection section) {
    Identity standard = Identity.DEFAULT;
    Identity identity =
        new Identity(
            section.text("userHeader", standard.userHeader()).toLowerCase(Locale.ROOT),
            section.text("groupHeader", standard.groupHeader()).toLowerCase(Locale.ROOT),
            section.text("regionHeader", standard.regionHeader()).toLowerCase(Locale.ROOT));
    section.rejectUnknownKeys();
    return identity;
  }

  private static ShiftPolicy shift(ConfigSection policy) {
    ConfigSection section = policy.section("shift");
    List<Stage> stages = stages(policy);
    double arm = section.number("arm", 0, 1, 0.3);
    double threshold = section.number("threshold", 0, 1, 0.5);
    double full = section.number("full", 0, 1, 0.9);
    double leave = section.number("leave", 0, 1, 0.6 * arm);
    if (!(leave < arm && arm <= threshold && threshold < full)) {
      section.reject("arm", "leave < arm <= threshold < full must hold");
      return standIn(stages);
    }
    ShiftPolicy shift =
        new ShiftPolicy(
            arm,
            threshold,
            leave,
            new Ramp(threshold, full),
            section.duration("bake", Duration.ofSeconds(30)),
            section.duration("calm", Duration.ofMinutes(2)),
            section.duration("back", Duration.ofSeconds(30)),
            section.duration("lagMax", Duration.ofSeconds(1)),
            section.number("errorRatioMax", 0, 1, 0.02),
            stages);
    section.rejectUnknownKeys();
    return shift;
  }

  private static ShiftPolicy standIn(List<Stage> stages) {
    Duration zero = Duration.ZERO;
    return new ShiftPolicy(0.2, 0.3, 0.1, new Ramp(0.3, 1), zero, zero, zero, zero, 0, stages);
  }

  private static List<Stage> stages(ConfigSection policy) {
    List<Stage> stages = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ConfigSection section : policy.sections("cohorts")) {
      Stage stage = stage(section);
      if (!names.add(stage.cohort().name())) {
        section.reject("name", "cohort '" + stage.cohort().name() + "' is there twice");
      }
      stages.add(stage);
    }
    Cohort everyone = new Cohort("everyone", null, null, null, null, Share.NONE);
    return stages.isEmpty() ? List.of(new Stage(everyone, shares(DEFAULT_STEPS))) : stages;
  }

  private static Stage stage(ConfigSection section) {
    Cohort cohort =
        new Cohort(
            section.value("name", text -> Names.require("cohort", text), "unnamed"),
            section.optionalText("group").orElse(null),
            section.optionalText("region").orElse(null),
            section.optionalText("method").orElse(null),
            section.optionalText("pathPrefix").orElse(null),
            Share.NONE);
    List<String> steps = section.texts("steps");
    section.rejectUnknownKeys();
    try {
      return new Stage(cohort, shares(steps.isEmpty() ? DEFAULT_STEPS : steps));
    } catch (IllegalArgumentException e) {
      section.reject("steps", e.getMessage() + "; expected growing basis points in 1..10000");
      return new Stage(cohort, List.of(Share.ALL));
    }
  }

  private static List<Share> shares(List<String> texts) {
    return texts.stream().map(text -> new Share(Integer.parseInt(text))).toList();
  }
}
