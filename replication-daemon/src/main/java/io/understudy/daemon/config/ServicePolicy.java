package io.understudy.daemon.config;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.capture.ReceiverSettings;
import io.understudy.daemon.replication.Limits;
import io.understudy.daemon.shift.ShiftPolicy;
import io.understudy.model.ShiftPlan.Identity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How one service is guarded.
 *
 * @param service name of the service
 * @param k how many shadows must hold an update durably before it counts as replicated
 * @param capture which capture reads the primary's commits
 * @param receiver where Debezium Server posts to, if it is the capture
 * @param captureDdl whether changes of the schema are recorded and repeated on the shadows
 * @param regions regions in which its data may be, the preferred first; empty for any
 * @param promoteAfter how long the primary must be unreachable before a shadow is promoted
 * @param staleReadsMax age of a shadow's copy up to which it is listed for failing over reads
 * @param planAgeMax age from which on a gateway holds a plan for stale
 * @param riskAgeMax age from which on a risk score counts as unknown
 * @param limits bounds of its replication
 * @param identity request headers that name user and cohort
 * @param cookie name of the cookie that holds a settled bucket or a write mark
 * @param shift when and how fast users move
 */
public record ServicePolicy(
    String service,
    int k,
    CaptureKind capture,
    Optional<ReceiverSettings.Place> receiver,
    boolean captureDdl,
    List<String> regions,
    Duration promoteAfter,
    Duration staleReadsMax,
    Duration planAgeMax,
    Duration riskAgeMax,
    Limits limits,
    Identity identity,
    String cookie,
    ShiftPolicy shift) {}
