//! Marks a head that must be sent on before its body can be read.

/// Put into the extensions of a request or a response, says that the other side sends the body only after the head was
/// sent on, as Envoy does for an external processor that streams.
///
/// The body is then scanned while it is sent, as far as the settings allow. A failure that is found in the body of a
/// response cannot be answered with a status any more: the body ends with [`BodyError`](crate::middleware::BodyError).
///
/// The body is still read before the head is sent on if that cannot be avoided: if the conversation key or the role is in
/// the body, if the policy blocks and the body is not JSON, and for packets of Engine.IO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadFirst;
