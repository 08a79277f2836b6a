package dev.ballast.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/// A unary gRPC call as HTTP/2 carries it: one message behind a flag for compression and its length, and the outcome in
/// a trailer ("gRPC over HTTP2", PROTOCOL-HTTP2.md of the gRPC project).
final class GrpcCall {
    static final String EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    static final int UNAVAILABLE = 14;

    private static final int PREFIX = 5;
    private static final String CONTENT_TYPE = "application/grpc";

    private GrpcCall() {}

    /// The message of a request's body.
    static byte[] message(Buffer body) throws InvalidProtocolBufferException {
        if (body.length() < PREFIX || body.getInt(1) != body.length() - PREFIX) {
            throw new InvalidProtocolBufferException("not one gRPC message: " + body.length() + " bytes");
        }
        if (body.getByte(0) != 0) {
            throw new InvalidProtocolBufferException("compressed, which nobody asked for");
        }
        return body.getBytes(PREFIX, body.length());
    }

    static void complete(HttpServerResponse response, byte[] message) {
        response.putHeader("Content-Type", CONTENT_TYPE)
                .putTrailer("grpc-status", "0")
                .end(Buffer.buffer()
                        .appendByte((byte) 0)
                        .appendInt(message.length)
                        .appendBytes(message));
    }

    /// Without a message the outcome stands among the headers.
    static void fail(HttpServerResponse response, int status) {
        response.putHeader("Content-Type", CONTENT_TYPE)
                .putHeader("grpc-status", Integer.toString(status))
                .end();
    }
}
