package io.understudy.daemon.endpoint;

import io.understudy.daemon.wire.Parcel;
import io.understudy.daemon.wire.Peers;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The network of one test: every endpoint in this process, with a thread for what it receives. */
final class LoopbackPeers implements AutoCloseable {
  private record Member(Peers.Inbox inbox, ExecutorService thread) {}

  private final Map<String, Member> members = new ConcurrentHashMap<>();
  private final Set<String> cut = ConcurrentHashMap.newKeySet();

  /** What the endpoint {@code name} sends with, until it closes it. */
  Peers join(String name, Peers.Inbox inbox) {
    Member member =
        new Member(
            inbox,
            Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("to-" + name).factory()));
    members.put(name, member);
    return new Peers() {
      @Override
      public void send(String to, Parcel parcel) {
        deliver(name, to, parcel);
      }

      @Override
      public void close() {
        members.remove(name, member);
        member.thread().shutdown();
        members.forEach((other, there) -> run(there, () -> there.inbox().disconnected(name)));
      }
    };
  }

  /** Nothing travels from or to this endpoint any more. */
  void isolate(String name) {
    cut.add(name);
  }

  void heal(String name) {
    cut.remove(name);
  }

  private void deliver(String from, String to, Parcel parcel) {
    Member member = members.get(to);
    if (member != null && !cut.contains(from) && !cut.contains(to)) {
      run(member, () -> member.inbox().received(from, parcel));
    }
  }

  private static void run(Member member, Runnable task) {
    try {
      member.thread().execute(task);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      // It has just left; what is sent to it is lost, as on a network.
    }
  }

  @Override
  public void close() {
    members.values().forEach(member -> member.thread().shutdownNow());
  }
}
