//! The messages of `envoy.service.ext_proc.v3` that are used here, with the field numbers of Envoy's published API, and
//! those of `grpc.health.v1`. Fields that are not listed are ignored.

use prost::{Enumeration, Message, Oneof};

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ProcessingRequest {
    #[prost(oneof = "Received", tags = "2, 3, 4, 5, 6, 7")]
    pub(crate) request: Option<Received>,
    /// Envoy does not wait for answers and does not apply them.
    #[prost(bool, tag = "10")]
    pub(crate) observability_mode: bool,
    /// In the first message of a stream.
    #[prost(message, optional, tag = "11")]
    pub(crate) protocol_config: Option<ProtocolConfiguration>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Received {
    #[prost(message, tag = "2")]
    RequestHeaders(HttpHeaders),
    #[prost(message, tag = "3")]
    ResponseHeaders(HttpHeaders),
    #[prost(message, tag = "4")]
    RequestBody(HttpBody),
    #[prost(message, tag = "5")]
    ResponseBody(HttpBody),
    #[prost(message, tag = "6")]
    RequestTrailers(HttpTrailers),
    #[prost(message, tag = "7")]
    ResponseTrailers(HttpTrailers),
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct ProtocolConfiguration {
    #[prost(enumeration = "BodyMode", tag = "1")]
    pub(crate) request_body_mode: i32,
    #[prost(enumeration = "BodyMode", tag = "2")]
    pub(crate) response_body_mode: i32,
}

/// `ProcessingMode.BodySendMode`: how Envoy sends a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enumeration)]
#[repr(i32)]
pub(crate) enum BodyMode {
    /// It is not sent.
    None = 0,
    /// In pieces. Each is answered with its replacement.
    Streamed = 1,
    /// As a whole.
    Buffered = 2,
    /// As a whole, or only its beginning if it is too large for Envoy's buffer.
    BufferedPartial = 3,
    /// In pieces. The answers may have other sizes and may come later.
    FullDuplexStreamed = 4,
    /// As gRPC messages.
    Grpc = 5,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HttpHeaders {
    #[prost(message, optional, tag = "1")]
    pub(crate) headers: Option<Fields>,
    #[prost(bool, tag = "3")]
    pub(crate) end_of_stream: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HttpBody {
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) body: bytes::Bytes,
    #[prost(bool, tag = "2")]
    pub(crate) end_of_stream: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HttpTrailers {
    #[prost(message, optional, tag = "1")]
    pub(crate) trailers: Option<Fields>,
}

/// `HeaderMap`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Fields {
    #[prost(message, repeated, tag = "1")]
    pub(crate) headers: Vec<Field>,
}

/// `HeaderValue`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Field {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
    #[prost(bytes = "bytes", tag = "3")]
    pub(crate) raw_value: bytes::Bytes,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ProcessingResponse {
    #[prost(oneof = "Sent", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub(crate) response: Option<Sent>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Sent {
    #[prost(message, tag = "1")]
    RequestHeaders(CommonReply),
    #[prost(message, tag = "2")]
    ResponseHeaders(CommonReply),
    #[prost(message, tag = "3")]
    RequestBody(CommonReply),
    #[prost(message, tag = "4")]
    ResponseBody(CommonReply),
    #[prost(message, tag = "5")]
    RequestTrailers(TrailersReply),
    #[prost(message, tag = "6")]
    ResponseTrailers(TrailersReply),
    #[prost(message, tag = "7")]
    Immediate(ImmediateReply),
}

/// `HeadersResponse` and `BodyResponse`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct CommonReply {
    #[prost(message, optional, tag = "1")]
    pub(crate) response: Option<Common>,
}

/// `CommonResponse`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Common {
    #[prost(message, optional, tag = "2")]
    pub(crate) header_mutation: Option<HeaderMutation>,
    #[prost(message, optional, tag = "3")]
    pub(crate) body_mutation: Option<BodyMutation>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TrailersReply {
    #[prost(message, optional, tag = "1")]
    pub(crate) header_mutation: Option<HeaderMutation>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ImmediateReply {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<HttpStatus>,
    #[prost(message, optional, tag = "2")]
    pub(crate) headers: Option<HeaderMutation>,
    #[prost(bytes = "bytes", tag = "3")]
    pub(crate) body: bytes::Bytes,
    /// For Envoy's access log.
    #[prost(string, tag = "5")]
    pub(crate) details: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct HttpStatus {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HeaderMutation {
    #[prost(message, repeated, tag = "1")]
    pub(crate) set_headers: Vec<SetField>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) remove_headers: Vec<String>,
}

/// `HeaderValueOption`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SetField {
    #[prost(message, optional, tag = "1")]
    pub(crate) header: Option<Field>,
    #[prost(enumeration = "AppendAction", tag = "3")]
    pub(crate) append_action: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enumeration)]
#[repr(i32)]
pub(crate) enum AppendAction {
    Append = 0,
    AddIfAbsent = 1,
    Overwrite = 2,
    OverwriteIfExists = 3,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct BodyMutation {
    #[prost(oneof = "Mutation", tags = "1, 2, 3")]
    pub(crate) mutation: Option<Mutation>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Mutation {
    #[prost(bytes = "bytes", tag = "1")]
    Body(bytes::Bytes),
    #[prost(bool, tag = "2")]
    Clear(bool),
    /// In the mode `FULL_DUPLEX_STREAMED`.
    #[prost(message, tag = "3")]
    Streamed(HttpBody),
}

/// `grpc.health.v1.HealthCheckRequest`. The name of the service does not matter: there is one.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct HealthCheckRequest {
    #[prost(string, tag = "1")]
    pub(crate) service: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct HealthCheckResponse {
    #[prost(enumeration = "Health", tag = "1")]
    pub(crate) status: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enumeration)]
#[repr(i32)]
pub(crate) enum Health {
    Unknown = 0,
    Serving = 1,
    NotServing = 2,
}

/// The path of the method that processes exchanges.
pub(crate) const PROCESS: &str = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";
/// The path of the method that checks the health.
pub(crate) const HEALTH: &str = "/grpc.health.v1.Health/Check";
