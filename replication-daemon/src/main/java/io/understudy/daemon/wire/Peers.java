package io.understudy.daemon.wire;

/**
 * The other daemons of a service, by endpoint. Sending never blocks and promises nothing: a parcel
 * to a peer that is not connected, or that takes too little, is dropped, and the protocol sends it
 * again. What arrives was sent by the endpoint that its certificate names.
 */
public interface Peers extends AutoCloseable {
  /** Hears of the peers. */
  interface Inbox {
    /**
     * Runs a delivery, which calls one of the other methods: one after the other, in the order in
     * which they came. Called on an event loop, so it must not block. What a delivery throws is a
     * defect of the inbox, and after it nothing of that peer is delivered any more.
     */
    void execute(Runnable delivery);

    void received(String from, Parcel parcel);

    void connected(String peer);

    void disconnected(String peer);
  }

  void send(String to, Parcel parcel);

  @Override
  void close();
}
