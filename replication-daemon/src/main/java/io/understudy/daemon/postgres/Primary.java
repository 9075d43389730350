package io.understudy.daemon.postgres;

/**
 * The database that owns the writes of a service in an epoch.
 *
 * @param service name of the service
 * @param epoch in which it does
 * @param server where it is
 */
public record Primary(String service, long epoch, Server server) {}
