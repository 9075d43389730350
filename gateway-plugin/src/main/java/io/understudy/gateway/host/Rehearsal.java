package io.understudy.gateway.host;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.Method;
import io.github.api7.A6.PrepareConf.Resp;
import io.github.api7.A6.TextEntry;
import io.prometheus.client.CollectorRegistry;
import io.understudy.gateway.decision.Limits;
import io.understudy.gateway.decision.PreparedPlan;
import io.understudy.gateway.decision.ServiceView;
import io.understudy.gateway.decision.Snapshot;
import io.understudy.gateway.filter.UnderstudyFilter;
import io.understudy.gateway.metrics.GatewayMetrics;
import io.understudy.model.Cohort;
import io.understudy.model.Ramp;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Answers made-up first touches on a stage of its own before the host opens. Arming sends every
 * client through the plugin within moments, and a cold virtual machine then takes hundreds of
 * milliseconds: longer than the objective that the arming is there to protect.
 */
public final class Rehearsal {
  private static final int REQUESTS = 3_000;
  private static final int ANSWER_BYTES_MAX = 4_096;
  private static final String SERVICE = "rehearsal";

  private Rehearsal() {}

  /**
   * Rehearses until the code is warm or {@code bound} is over.
   *
   * @param settings those of the host; only the path differs
   * @throws IOException if the folder of the socket cannot be used
   */
  public static void run(HostSettings settings, Sources sources, Duration bound)
      throws IOException {
    Path stage = settings.socket().resolveSibling(settings.socket().getFileName() + ".rehearsal");
    GatewayMetrics metrics = new GatewayMetrics(new CollectorRegistry());
    Snapshot known = snapshot(sources.wallMillis().getAsLong());
    UnderstudyFilter filter = new UnderstudyFilter(() -> known, sources.wallMillis(), metrics);
    long deadline = sources.nanos().getAsLong() + bound.toNanos();
    RunnerHost host = RunnerHost.start(HostSettings.at(stage), filter, metrics, sources);
    try (SocketChannel gateway = SocketChannel.open(UnixDomainSocketAddress.of(stage))) {
      long token =
          Resp.getRootAsResp(exchange(gateway, FrameType.PREPARE_CONF, conf())).confToken();
      for (int i = 0; i < REQUESTS && sources.nanos().getAsLong() - deadline < 0; i++) {
        exchange(gateway, FrameType.REQUEST, firstTouch(i, token));
      }
    } finally {
      host.close();
    }
  }

  private static Snapshot snapshot(long nowMillis) {
    Cohort half = new Cohort("everyone", null, null, null, null, new Share(Share.WHOLE / 2));
    ShiftPlan plan =
        new ShiftPlan(
            SERVICE,
            1,
            1,
            nowMillis,
            "primary",
            "shadow",
            "x-us-rehearsal",
            "us_b",
            ShiftPlan.Identity.DEFAULT,
            new Ramp(0.5, 0.9),
            Duration.ofMinutes(1).toMillis(),
            List.of(half));
    ServiceView view = new ServiceView(PreparedPlan.of(plan, Limits.DEFAULT), null, null);
    return new Snapshot(true, Map.of(SERVICE, view));
  }

  private static byte[] conf() {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int conf = text(builder, UnderstudyFilter.NAME, "{\"service\":\"" + SERVICE + "\"}");
    int confs = io.github.api7.A6.PrepareConf.Req.createConfVector(builder, new int[] {conf});
    int key = builder.createString("route#rehearsal");
    builder.finish(io.github.api7.A6.PrepareConf.Req.createReq(builder, confs, key));
    return builder.sizedByteArray();
  }

  private static byte[] firstTouch(int number, long token) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int[] headers = {
      text(builder, "host", "rehearsal.example"),
      text(builder, ShiftPlan.Identity.DEFAULT.userHeader(), "user-" + number)
    };
    int vector = Req.createHeadersVector(builder, headers);
    int args = Req.createArgsVector(builder, new int[0]);
    int path = builder.createString("/rehearsal");
    int address = Req.createSrcIpVector(builder, new byte[] {127, 0, 0, 1});
    builder.finish(Req.createReq(builder, number, address, Method.GET, path, args, vector, token));
    return builder.sizedByteArray();
  }

  private static int text(FlatBufferBuilder builder, String name, String value) {
    return TextEntry.createTextEntry(
        builder, builder.createString(name), builder.createString(value));
  }

  private static ByteBuffer exchange(SocketChannel gateway, FrameType type, byte[] body)
      throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + body.length);
    frame.putInt(type.code() << 24 | body.length).put(body).flip();
    while (frame.hasRemaining()) {
      gateway.write(frame);
    }
    ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES_MAX);
    fill(gateway, answer, Integer.BYTES);
    int length = answer.getInt(0) & 0xffffff;
    fill(gateway, answer, Integer.BYTES + length);
    return answer.slice(Integer.BYTES, length);
  }

  private static void fill(SocketChannel gateway, ByteBuffer answer, int position)
      throws IOException {
    while (answer.position() < position) {
      if (gateway.read(answer) < 0) {
        throw new EOFException("the rehearsal's host closed the connection");
      }
    }
  }
}
