package io.understudy.daemon.wire;

/**
 * The other daemons of a service, by endpoint. Sending never blocks and promises nothing: a parcel
 * to a peer that is not connected, or that takes too little, is dropped, and the protocol sends it
 * again. What arrives was sent by the endpoint that its certificate names.
 */
public interface Peers extends AutoCloseable {
  /** Hears of the peers; calls for one peer come one at a time and in its order. */
  interface Inbox {
    void received(String from, Parcel parcel);

    void connected(String peer);

    void disconnected(String peer);
  }

  void send(String to, Parcel parcel);

  @Override
  void close();
}
