package io.understudy.daemon.service;

import io.understudy.daemon.control.EpochStore;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.nio.file.Path;

/**
 * What is needed to command the daemons of endpoints.
 *
 * @param vertx runs the client
 * @param client asks them
 * @param store the control records that they share
 * @param tokenFile file whose content is the token that is shown to them
 */
public record EndpointDaemons(Vertx vertx, WebClient client, EpochStore store, Path tokenFile) {}
