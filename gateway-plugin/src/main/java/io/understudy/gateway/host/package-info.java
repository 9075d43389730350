/**
 * The runner host: speaks APISIX's ext-plugin protocol (frames of FlatBuffers) on a Unix socket.
 *
 * <p>Whoever can open the socket is trusted to route, but not to be correct: every length, offset
 * and count in a frame is checked before it costs memory or time, and each frame gets one answer.
 */
@NullMarked
package io.understudy.gateway.host;

import org.jspecify.annotations.NullMarked;
