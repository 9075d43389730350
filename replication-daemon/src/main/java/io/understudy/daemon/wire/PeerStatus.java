package io.understudy.daemon.wire;

/**
 * How it stands with one peer.
 *
 * @param connected whether parcels can be sent now
 * @param connections how many there have been
 * @param dropped parcels that were not sent: not connected, or no room
 * @param queuedBytes accepted and not yet taken by the kernel
 * @param pendingBytes received and not yet taken by the inbox
 */
public record PeerStatus(
    boolean connected, long connections, long dropped, long queuedBytes, long pendingBytes) {}
