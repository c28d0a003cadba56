//! The frames of RFC 6455: reads complete messages, writes one frame for each.
//!
//! WebSocket libraries answer pings and closes themselves. Between a client and a server, that would hide from each end
//! that the other is gone. So this reader passes them through.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::ready;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

pub(super) const TEXT: u8 = 0x1;
pub(super) const BINARY: u8 = 0x2;
pub(super) const CLOSE: u8 = 0x8;
const CONTINUATION: u8 = 0x0;

/// Status codes of a close.
pub(super) const PROTOCOL_ERROR: u16 = 1002;
pub(super) const INVALID_DATA: u16 = 1007;
pub(super) const TOO_LARGE: u16 = 1009;
pub(super) const GOING_AWAY: u16 = 1001;

/// The maximum number of bytes that are read at once.
const CHUNK: usize = 8 * 1024;

/// What the other side has sent.
pub(super) enum Incoming {
    /// A complete message; its opcode is [`TEXT`] or [`BINARY`].
    Message { opcode: u8, bytes: Vec<u8> },
    /// A ping, a pong or a close.
    Control { opcode: u8, payload: Vec<u8> },
}

/// Why the connection cannot be read any further.
#[derive(Debug)]
pub(super) enum Fault {
    /// The connection failed.
    Io,
    /// The frames violate the protocol, or a message is too large. Holds the status to close with.
    Violation(u16),
}

impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Self::Io
    }
}

/// The header of a frame.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    fin: bool,
    opcode: u8,
    mask: Option<[u8; 4]>,
    /// The length of the payload.
    len: u64,
    /// The length of the header itself.
    size: usize,
}

/// Parses a header. Returns `None` if more bytes are needed.
fn header(bytes: &[u8]) -> Result<Option<Header>, Fault> {
    let &[first, second, ref rest @ ..] = bytes else { return Ok(None) };
    let (fin, opcode) = (first & 0x80 != 0, first & 0x0f);
    // The reserved bits belong to extensions, and none was negotiated.
    let known = matches!(opcode, CONTINUATION | TEXT | BINARY | 0x8..=0xa);
    let short = second & 0x7f;
    if first & 0x70 != 0 || !known || opcode >= CLOSE && (!fin || short > 125) {
        return Err(Fault::Violation(PROTOCOL_ERROR));
    }
    let (len, rest, size) = match short {
        126 => {
            let Some((len, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (u64::from(u16::from_be_bytes(*len)), rest, 4)
        }
        127 => {
            let Some((len, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (u64::from_be_bytes(*len), rest, 10)
        }
        short => (u64::from(short), rest, 2),
    };
    if len >> 63 != 0 {
        return Err(Fault::Violation(PROTOCOL_ERROR));
    }
    if second & 0x80 == 0 {
        return Ok(Some(Header { fin, opcode, mask: None, len, size }));
    }
    let Some(mask) = rest.first_chunk() else { return Ok(None) };
    Ok(Some(Header { fin, opcode, mask: Some(*mask), len, size: size + 4 }))
}

fn apply_mask(bytes: &mut [u8], mask: [u8; 4]) {
    for (byte, key) in bytes.iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= key;
    }
}

/// Reads the messages of one side.
pub(super) struct Reader<R> {
    io: R,
    buffer: BytesMut,
    /// Whether this side masks its frames, as clients do.
    masks: bool,
    /// The maximum number of bytes of a message.
    limit: usize,
    /// The opcode and the bytes of an incomplete message.
    open: Option<(u8, Vec<u8>)>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(io: R, buffer: BytesMut, masks: bool, limit: usize) -> Self {
        Self { io, buffer, masks, limit, open: None }
    }

    /// Returns the next message or control frame, or `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Incoming>, Fault> {
        loop {
            let Some(header) = header(&self.buffer)? else {
                if !self.fill().await? {
                    return Ok(None);
                }
                continue;
            };
            let len = self.check(&header)?;
            while self.buffer.len() < header.size + len {
                if !self.fill().await? {
                    return Err(Fault::Io);
                }
            }
            self.buffer.advance(header.size);
            let mut payload = self.buffer[..len].to_vec();
            self.buffer.advance(len);
            if self.buffer.is_empty() {
                // An idle connection keeps no buffer.
                self.buffer = BytesMut::new();
            }
            if let Some(mask) = header.mask {
                apply_mask(&mut payload, mask);
            }
            if let Some(incoming) = self.take(&header, payload)? {
                return Ok(Some(incoming));
            }
        }
    }

    /// Returns the length of the payload, or an error if the frame is not allowed here.
    fn check(&self, header: &Header) -> Result<usize, Fault> {
        let is_data = header.opcode < CLOSE;
        let out_of_order = is_data && (header.opcode == CONTINUATION) != self.open.is_some();
        if out_of_order || header.mask.is_some() != self.masks {
            return Err(Fault::Violation(PROTOCOL_ERROR));
        }
        let before = if is_data { self.open.as_ref().map_or(0, |(_, bytes)| bytes.len()) } else { 0 };
        let len = usize::try_from(header.len).map_err(|_| Fault::Violation(TOO_LARGE))?;
        if is_data && before.saturating_add(len) > self.limit {
            return Err(Fault::Violation(TOO_LARGE));
        }
        Ok(len)
    }

    /// Adds a frame. Returns a control frame or a complete message.
    fn take(&mut self, header: &Header, payload: Vec<u8>) -> Result<Option<Incoming>, Fault> {
        let (opcode, bytes) = match (header.opcode, self.open.take()) {
            (opcode, open) if opcode >= CLOSE => {
                self.open = open;
                return Ok(Some(Incoming::Control { opcode, payload }));
            }
            (_, Some((opcode, mut bytes))) => {
                bytes.extend_from_slice(&payload);
                (opcode, bytes)
            }
            (opcode, None) => (opcode, payload),
        };
        if !header.fin {
            self.open = Some((opcode, bytes));
            return Ok(None);
        }
        if opcode == TEXT && std::str::from_utf8(&bytes).is_err() {
            return Err(Fault::Violation(INVALID_DATA));
        }
        Ok(Some(Incoming::Message { opcode, bytes }))
    }

    /// Reads more bytes. Returns whether there were any.
    async fn fill(&mut self) -> Result<bool, Fault> {
        let Self { io, buffer, .. } = self;
        Ok(poll_fn(|cx| {
            // On the stack and not in the buffer, so that an idle connection holds no memory.
            let mut chunk = [MaybeUninit::uninit(); CHUNK];
            let mut chunk = ReadBuf::uninit(&mut chunk);
            ready!(Pin::new(&mut *io).poll_read(cx, &mut chunk))?;
            buffer.extend_from_slice(chunk.filled());
            std::task::Poll::Ready(Ok::<_, io::Error>(!chunk.filled().is_empty()))
        })
        .await?)
    }

    /// Reads and drops everything until the end.
    pub(super) async fn drain(&mut self) {
        self.buffer.clear();
        while let Ok(true) = self.fill().await {
            self.buffer.clear();
        }
    }
}

/// Writes frames to one side.
pub(super) struct Writer<W> {
    io: W,
    /// Whether frames to this side are masked, as servers expect.
    masks: bool,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    pub(super) fn new(io: W, masks: bool) -> Self {
        Self { io, masks }
    }

    pub(super) async fn write(&mut self, opcode: u8, payload: &[u8]) -> io::Result<()> {
        let mut frame = Vec::with_capacity(payload.len() + 14);
        frame.push(0x80 | opcode);
        let mask = if self.masks { 0x80 } else { 0 };
        match payload.len() {
            len @ 0..=125 => frame.push(mask | u8::try_from(len).unwrap_or_default()),
            len => match u16::try_from(len) {
                Ok(len) => {
                    frame.push(mask | 126);
                    frame.extend_from_slice(&len.to_be_bytes());
                }
                Err(_) => {
                    frame.push(mask | 127);
                    frame.extend_from_slice(&(len as u64).to_be_bytes());
                }
            },
        }
        if self.masks {
            // The server is in this process. Unpredictable masks protect against proxies on the network.
            frame.extend_from_slice(&[0; 4]);
        }
        frame.extend_from_slice(payload);
        self.io.write_all(&frame).await?;
        self.io.flush().await
    }

    /// Writes a close with this status.
    pub(super) async fn close(&mut self, status: u16, reason: &str) -> io::Result<()> {
        self.write(CLOSE, &[&status.to_be_bytes(), reason.as_bytes()].concat()).await
    }

    pub(super) async fn shutdown(&mut self) -> io::Result<()> {
        self.io.shutdown().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads frames that arrive byte by byte.
    async fn read(bytes: &[u8], masks: bool, limit: usize) -> Result<Vec<(u8, Vec<u8>)>, Fault> {
        let (mut near, far) = tokio::io::duplex(1);
        let bytes = bytes.to_vec();
        let send = async move {
            let _ = near.write_all(&bytes).await;
            drop(near);
        };
        let receive = async move {
            let mut reader = Reader::new(far, BytesMut::new(), masks, limit);
            let mut all = Vec::new();
            while let Some(incoming) = reader.next().await? {
                all.push(match incoming {
                    Incoming::Message { opcode, bytes } => (opcode, bytes),
                    Incoming::Control { opcode, payload } => (opcode, payload),
                });
            }
            Ok(all)
        };
        tokio::join!(send, receive).1
    }

    #[tokio::test]
    async fn fragments_are_joined_around_control_frames() {
        let frames = [&[0x01, 2, b'a', b'b'][..], &[0x89, 1, b'p'], &[0x00, 1, b'c'], &[0x80, 1, b'd']].concat();
        let read = read(&frames, false, 100).await.unwrap();
        assert_eq!(read, [(0x9, b"p".to_vec()), (TEXT, b"abcd".to_vec())]);
    }

    #[tokio::test]
    async fn masks_are_removed_and_all_lengths_are_read_and_written() {
        for len in [0, 1, 125, 126, 65535, 65536] {
            let payload = vec![b'x'; len];
            let (near, mut far) = tokio::io::duplex(100_000);
            let mut writer = Writer::new(near, false);
            writer.write(TEXT, &payload).await.unwrap();
            drop(writer);
            let mut frame = Vec::new();
            tokio::io::AsyncReadExt::read_to_end(&mut far, &mut frame).await.unwrap();
            assert_eq!(read(&frame, false, 65536).await.unwrap(), [(TEXT, payload.clone())]);
            let size = frame.len() - len;
            frame[1] |= 0x80;
            let masked: Vec<u8> = payload.iter().zip([1, 2, 3, 4].into_iter().cycle()).map(|(b, k)| b ^ k).collect();
            let frame = [&frame[..size], &[1, 2, 3, 4], &masked].concat();
            assert_eq!(read(&frame, true, 65536).await.unwrap(), [(TEXT, payload)]);
        }
    }

    #[tokio::test]
    async fn protocol_violations_are_refused_with_a_status() {
        for (bytes, masks, status) in [
            (&[0xc1, 0][..], false, PROTOCOL_ERROR),            // a reserved bit: compressed
            (&[0x83, 0], false, PROTOCOL_ERROR),                // an unknown opcode
            (&[0x81, 0], true, PROTOCOL_ERROR),                 // a client that does not mask
            (&[0x81, 0x80, 0, 0, 0, 0], false, PROTOCOL_ERROR), // a server that does
            (&[0x80, 0], false, PROTOCOL_ERROR),                // a continuation of nothing
            (&[0x01, 0, 0x81, 0], false, PROTOCOL_ERROR),       // a message within another
            (&[0x09, 0], false, PROTOCOL_ERROR),                // a ping in fragments
            (&[0x89, 126, 0, 126], false, PROTOCOL_ERROR),      // a ping too long
            (&[0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], false, PROTOCOL_ERROR),
            (&[0x81, 1, 0xff], false, INVALID_DATA),
            (&[0x01, 1, 0xc3, 0x80, 1, 0x28], false, INVALID_DATA),
            (&[0x81, 11], false, TOO_LARGE), // refused by its length alone
            (&[0x81, 127, 0x7f, 0, 0, 0, 0, 0, 0, 0], false, TOO_LARGE),
            (&[0x01, 5, 1, 1, 1, 1, 1, 0x80, 6], false, TOO_LARGE),
        ] {
            let result = read(bytes, masks, 10).await;
            assert!(matches!(result, Err(Fault::Violation(code)) if code == status), "{bytes:x?} {result:?}");
        }
        // Fragments may split a character.
        let cut = [0x01, 1, 0xc3, 0x80, 1, 0xb1];
        assert_eq!(read(&cut, false, 10).await.unwrap(), [(TEXT, "ñ".into())]);
        assert!(matches!(read(&[0x81, 2, b'a'], false, 10).await, Err(Fault::Io)));
    }
}
