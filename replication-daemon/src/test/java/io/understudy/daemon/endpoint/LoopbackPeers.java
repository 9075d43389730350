package io.understudy.daemon.endpoint;

import io.understudy.daemon.wire.Parcel;
import io.understudy.daemon.wire.Peers;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The network of one test: every endpoint in this process. */
final class LoopbackPeers {
  private final Map<String, Peers.Inbox> members = new ConcurrentHashMap<>();
  private final Set<String> cut = ConcurrentHashMap.newKeySet();

  /** What the endpoint {@code name} sends with, until it closes it. */
  Peers join(String name, Peers.Inbox inbox) {
    members.put(name, inbox);
    return new Peers() {
      @Override
      public void send(String to, Parcel parcel) {
        deliver(name, to, parcel);
      }

      @Override
      public void close() {
        members.remove(name, inbox);
        members.forEach((other, there) -> there.execute(() -> there.disconnected(name)));
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
    Peers.Inbox inbox = members.get(to);
    if (inbox != null && !cut.contains(from) && !cut.contains(to)) {
      inbox.execute(() -> inbox.received(from, parcel));
    }
  }
}
