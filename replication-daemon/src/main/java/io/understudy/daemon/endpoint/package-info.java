/**
 * The adapters of the protocol: one endpoint's journal, database, peers and control store, and the
 * daemon that carries out there what the roles decide.
 */
@NullMarked
package io.understudy.daemon.endpoint;

import org.jspecify.annotations.NullMarked;
