package io.understudy.testbed.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Reads request bodies whole, so that a request can be sent again, up to a bound. */
final class BoundedBody {
  private BoundedBody() {}

  /** The body; fails with 413 as soon as it is longer than {@code bytesMax}. */
  static Future<Buffer> read(HttpServerRequest request, int bytesMax) {
    String declared = request.getHeader("Content-Length");
    if (declared != null && declared.length() > 9) {
      return Future.failedFuture(tooLong(bytesMax));
    }
    Promise<Buffer> whole = Promise.promise();
    Buffer body = Buffer.buffer();
    request.handler(chunk -> {
      if (body.length() + chunk.length() > bytesMax) {
        request.handler(ignored -> {});
        whole.tryFail(tooLong(bytesMax));
      } else {
        body.appendBuffer(chunk);
      }
    });
    request.endHandler(ignored -> whole.tryComplete(body));
    request.exceptionHandler(e -> whole.tryFail(new HttpFailure(400, "the body broke off")));
    return whole.future();
  }

  private static HttpFailure tooLong(int bytesMax) {
    return new HttpFailure(413, "the body is longer than " + bytesMax + " bytes");
  }
}
