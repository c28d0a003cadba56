//! ZIP archives: reads their members one by one, and writes an archive with some of them replaced.
//!
//! Members that are not replaced are copied with all bytes of their headers.

use std::io::{Read, Write};

use crate::failure::{CliError, Result};
use crate::wording;

/// The maximum size of a member that is read, in unpacked bytes.
pub(crate) const LARGEST_MEMBER: u64 = 1 << 30;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";

/// The lengths of the fixed parts of headers.
const LOCAL_LEN: usize = 30;
const CENTRAL_LEN: usize = 46;
const END_LEN: usize = 22;

/// Compression methods.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Flags of a member.
const ENCRYPTED: u16 = 1;
/// The sizes follow the data.
const SIZES_FOLLOW: u16 = 1 << 3;
const NAME_IS_UTF8: u16 = 1 << 11;

/// Returns whether the bytes begin a ZIP archive.
pub(crate) fn is_zip(sample: &[u8]) -> bool {
    sample.starts_with(LOCAL) || sample.starts_with(END)
}

/// A ZIP archive.
pub(crate) struct Archive<'a> {
    bytes: &'a [u8],
    members: Vec<Member>,
    /// The start of the directory, and of the record after it.
    directory: usize,
    end: usize,
}

/// A member of an archive.
pub(crate) struct Member {
    pub(crate) name: String,
    flags: u16,
    method: u16,
    /// The position of its entry in the directory.
    entry: usize,
    /// The start of its header, the start of its data, and the end of everything that belongs to it.
    start: usize,
    data: usize,
    stop: usize,
    packed: u64,
    /// The start of its comment, which is the rest of its entry.
    comment: usize,
}

/// The replacements in an archive; `None` for what is not replaced.
pub(crate) struct Changes {
    /// The contents of the members.
    pub(crate) contents: Vec<Option<Vec<u8>>>,
    /// The comments of the members, then that of the archive.
    pub(crate) comments: Vec<Option<Vec<u8>>>,
}

/// A member that is replaced.
struct Replaced {
    crc: u32,
    method: u16,
    packed: Vec<u8>,
    len: usize,
}

impl<'a> Archive<'a> {
    /// Reads the directory of an archive. `name` is the name of the file, for errors.
    pub(crate) fn open(bytes: &'a [u8], name: &str) -> Result<Self> {
        let broken = || CliError::Message(format!("cannot read {name}: it is not a complete ZIP archive"));
        let end = memchr::memmem::rfind(bytes, END).filter(|end| bytes.len() - end >= END_LEN).ok_or_else(broken)?;
        let count = usize::from(short(bytes, end + 10).ok_or_else(broken)?);
        let directory = long(bytes, end + 16).ok_or_else(broken)?;
        if count == 0xFFFF || directory == u32::MAX {
            return Err(CliError::Message(format!("cannot read {name}: ZIP64 is not supported; unpack it first")));
        }
        let directory = directory as usize;
        let mut members = Vec::with_capacity(count);
        let mut at = directory;
        for _ in 0..count {
            let member = Member::read(bytes, at).ok_or_else(broken)?;
            let (name_len, extra, comment) = (short(bytes, at + 28), short(bytes, at + 30), short(bytes, at + 32));
            let lens = [name_len, extra, comment].into_iter().map(|len| len.map(usize::from)).sum::<Option<usize>>();
            at += CENTRAL_LEN + lens.ok_or_else(broken)?;
            members.push(member);
        }
        if directory > end || at > end {
            return Err(broken());
        }
        // A member ends where the next one begins.
        let mut starts: Vec<usize> = members.iter().map(|member| member.start).collect();
        starts.push(directory);
        starts.sort_unstable();
        for member in &mut members {
            let next = starts.partition_point(|start| *start <= member.start);
            member.stop = starts.get(next).copied().ok_or_else(broken)?;
            if member.data as u64 + member.packed > member.stop as u64 {
                return Err(broken());
            }
        }
        Ok(Self { bytes, members, directory, end })
    }

    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns the content of a member.
    pub(crate) fn read(&self, member: &Member, name: &str) -> Result<Vec<u8>> {
        let fail =
            |why: &str| Err(CliError::Message(format!("cannot read {} in {name}: {why}", wording::name(&member.name))));
        if member.flags & ENCRYPTED != 0 {
            return fail("it is encrypted; unpack it with its password first");
        }
        let packed = usize::try_from(member.packed).unwrap_or(usize::MAX);
        let data = &self.bytes[member.data..member.data.saturating_add(packed).min(member.stop)];
        let mut content = Vec::new();
        match member.method {
            STORED => content.extend_from_slice(data),
            DEFLATED => {
                let mut decoder = flate2::read::DeflateDecoder::new(data).take(LARGEST_MEMBER + 1);
                if decoder.read_to_end(&mut content).is_err() {
                    return fail("its data are damaged");
                }
            }
            _ => return fail("its compression is not supported; pack it with deflate"),
        }
        if content.len() as u64 > LARGEST_MEMBER {
            return fail("it is larger than 1 GiB");
        }
        Ok(content)
    }

    /// Returns the comments of the members, then that of the archive.
    pub(crate) fn comments(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        let ends = self.members.iter().map(|member| self.bytes.get(member.comment..self.next_entry(member)));
        ends.chain([self.bytes.get(self.end + END_LEN..)]).map(Option::unwrap_or_default)
    }

    /// Returns the end of the entry of a member.
    fn next_entry(&self, member: &Member) -> usize {
        let after = self.members.partition_point(|other| other.entry <= member.entry);
        self.members.get(after).map_or(self.end, |next| next.entry)
    }

    /// Returns the archive with the replacements.
    pub(crate) fn replaced(&self, changes: Changes) -> std::io::Result<Vec<u8>> {
        let mut replaced: Vec<Option<Replaced>> = Vec::with_capacity(self.members.len());
        for (member, content) in self.members.iter().zip(changes.contents) {
            replaced.push(content.map(|content| Replaced::new(member.method, content)).transpose()?);
        }
        let mut order: Vec<usize> = (0..self.members.len()).collect();
        order.sort_by_key(|at| self.members[*at].start);
        let first = order.first().map_or(self.directory, |at| self.members[*at].start);
        let mut out = self.bytes[..first].to_vec();
        let mut starts = vec![0u32; self.members.len()];
        for at in order {
            let member = &self.members[at];
            starts[at] = u32::try_from(out.len()).map_err(|_| too_large())?;
            match &replaced[at] {
                None => out.extend_from_slice(&self.bytes[member.start..member.stop]),
                Some(new) => {
                    let mut header = self.bytes[member.start..member.data].to_vec();
                    new.write(&mut header, 6, 8, 14)?;
                    out.extend_from_slice(&header);
                    out.extend_from_slice(&new.packed);
                }
            }
        }
        let directory = out.len();
        let mut comments = changes.comments.into_iter();
        for (at, member) in self.members.iter().enumerate() {
            let mut entry = self.bytes[member.entry..self.next_entry(member)].to_vec();
            if let Some(new) = &replaced[at] {
                new.write(&mut entry, 8, 10, 16)?;
            }
            if let Some(comment) = comments.next().flatten() {
                set_comment(&mut entry, 32, member.comment - member.entry, &comment)?;
            }
            entry[42..46].copy_from_slice(&starts[at].to_le_bytes());
            out.extend_from_slice(&entry);
        }
        let mut end = self.bytes[self.end..].to_vec();
        let size = u32::try_from(out.len() - directory).map_err(|_| too_large())?;
        let start = u32::try_from(directory).map_err(|_| too_large())?;
        end[12..16].copy_from_slice(&size.to_le_bytes());
        end[16..20].copy_from_slice(&start.to_le_bytes());
        if let Some(comment) = comments.next().flatten() {
            set_comment(&mut end, 20, END_LEN, &comment)?;
        }
        out.extend_from_slice(&end);
        Ok(out)
    }
}

impl Member {
    /// Reads the directory entry at `at`.
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        if bytes.get(at..at + 4)? != CENTRAL {
            return None;
        }
        let flags = short(bytes, at + 8)?;
        let name_len = usize::from(short(bytes, at + 28)?);
        let raw = bytes.get(at + CENTRAL_LEN..at + CENTRAL_LEN + name_len)?;
        let comment = at + CENTRAL_LEN + name_len + usize::from(short(bytes, at + 30)?);
        let start = long(bytes, at + 42)? as usize;
        if bytes.get(start..start + 4)? != LOCAL {
            return None;
        }
        let data = start + LOCAL_LEN + usize::from(short(bytes, start + 26)?) + usize::from(short(bytes, start + 28)?);
        let name = match std::str::from_utf8(raw) {
            Ok(name) => name.to_owned(),
            Err(_) if flags & NAME_IS_UTF8 == 0 => raw.iter().map(|b| char::from(*b)).collect(),
            Err(_) => String::from_utf8_lossy(raw).into_owned(),
        };
        Some(Self {
            name,
            flags,
            method: short(bytes, at + 10)?,
            entry: at,
            start,
            data,
            stop: data,
            packed: u64::from(long(bytes, at + 20)?),
            comment,
        })
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.name.ends_with('/')
    }
}

impl Replaced {
    fn new(method: u16, content: Vec<u8>) -> std::io::Result<Self> {
        let mut crc = flate2::Crc::new();
        crc.update(&content);
        let len = content.len();
        let packed = if method == DEFLATED {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&content)?;
            encoder.finish()?
        } else {
            content
        };
        Ok(Self { crc: crc.sum(), method, packed, len })
    }

    /// Writes flags, method, checksum and sizes into a header at these positions.
    fn write(&self, header: &mut [u8], flags: usize, method: usize, crc: usize) -> std::io::Result<()> {
        let before = short(header, flags).unwrap_or(0);
        let packed = u32::try_from(self.packed.len()).map_err(|_| too_large())?;
        let len = u32::try_from(self.len).map_err(|_| too_large())?;
        header[flags..flags + 2].copy_from_slice(&(before & !SIZES_FOLLOW).to_le_bytes());
        header[method..method + 2].copy_from_slice(&self.method.to_le_bytes());
        header[crc..crc + 4].copy_from_slice(&self.crc.to_le_bytes());
        header[crc + 4..crc + 8].copy_from_slice(&packed.to_le_bytes());
        header[crc + 8..crc + 12].copy_from_slice(&len.to_le_bytes());
        Ok(())
    }
}

/// Replaces the comment of an entry. Its length is at `len`, and the comment begins at `start`.
fn set_comment(entry: &mut Vec<u8>, len: usize, start: usize, comment: &[u8]) -> std::io::Result<()> {
    let bytes = u16::try_from(comment.len()).map_err(|_| too_large())?.to_le_bytes();
    entry.truncate(start);
    entry.extend_from_slice(comment);
    entry[len..len + 2].copy_from_slice(&bytes);
    Ok(())
}

fn too_large() -> std::io::Error {
    std::io::Error::other("the archive would be larger than 4 GiB")
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes)
}

/// The shortest archive, which has no members.
#[cfg(test)]
pub(crate) const EMPTY: [u8; END_LEN] = {
    let mut end = [0; END_LEN];
    (end[0], end[1], end[2], end[3]) = (b'P', b'K', 5, 6);
    end
};

/// Creates an archive with these members, for tests.
#[cfg(test)]
pub(crate) fn pack(members: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content, deflated) in members {
        let start = u32::try_from(out.len()).unwrap();
        let method = if *deflated { DEFLATED } else { STORED };
        let new = Replaced::new(method, content.to_vec()).unwrap();
        let mut local = vec![0; LOCAL_LEN];
        local[..4].copy_from_slice(LOCAL);
        local[26..28].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        new.write(&mut local, 6, 8, 14).unwrap();
        out.extend_from_slice(&local);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&new.packed);
        let mut entry = vec![0; CENTRAL_LEN];
        entry[..4].copy_from_slice(CENTRAL);
        entry[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        entry[42..46].copy_from_slice(&start.to_le_bytes());
        new.write(&mut entry, 8, 10, 16).unwrap();
        directory.extend_from_slice(&entry);
        directory.extend_from_slice(name.as_bytes());
    }
    let mut end = EMPTY.to_vec();
    end[10..12].copy_from_slice(&u16::try_from(members.len()).unwrap().to_le_bytes());
    end[12..16].copy_from_slice(&u32::try_from(directory.len()).unwrap().to_le_bytes());
    end[16..20].copy_from_slice(&u32::try_from(out.len()).unwrap().to_le_bytes());
    [out, directory, end].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(contents: Vec<Option<Vec<u8>>>) -> Changes {
        Changes { contents, comments: Vec::new() }
    }

    #[test]
    fn comments_are_read_and_replaced() {
        let mut bytes = pack(&[("a.txt", b"hello", false)]);
        let end = bytes.len() - END_LEN;
        bytes.splice(end..end, *b"first");
        let entry = memchr::memmem::find(&bytes, CENTRAL).unwrap();
        bytes[entry + 32] = 5;
        let end = end + 5;
        bytes[end + 12] += 5;
        bytes[end + 20] = 6;
        bytes.extend(b"second");
        let archive = Archive::open(&bytes, "x.zip").unwrap();
        assert_eq!(archive.comments().collect::<Vec<_>>(), [&b"first"[..], b"second"]);
        assert_eq!(archive.replaced(contents(vec![None])).unwrap(), bytes);
        let comments = vec![Some(b"one".to_vec()), Some(b"the other".to_vec())];
        let new = archive.replaced(Changes { contents: vec![None], comments }).unwrap();
        let again = Archive::open(&new, "x.zip").unwrap();
        assert_eq!(again.comments().collect::<Vec<_>>(), [&b"one"[..], b"the other"]);
        assert_eq!(again.read(&again.members()[0], "x.zip").unwrap(), b"hello");
    }

    #[test]
    fn members_are_replaced_and_all_others_copied() {
        let bytes = pack(&[("a.txt", b"hello hello hello", true), ("b/", b"", false), ("b/c.bin", &[0, 1, 2], false)]);
        let archive = Archive::open(&bytes, "x.zip").unwrap();
        let names: Vec<&str> = archive.members().iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["a.txt", "b/", "b/c.bin"]);
        assert_eq!(archive.read(&archive.members()[0], "x.zip").unwrap(), b"hello hello hello");
        assert_eq!(archive.replaced(contents(vec![None, None, None])).unwrap(), bytes);
        let new = archive.replaced(contents(vec![Some(b"bye".to_vec()), None, None])).unwrap();
        let again = Archive::open(&new, "x.zip").unwrap();
        assert_eq!(again.read(&again.members()[0], "x.zip").unwrap(), b"bye");
        assert_eq!(again.read(&again.members()[2], "x.zip").unwrap(), [0, 1, 2]);
    }

    #[test]
    fn a_damaged_archive_is_an_error_and_never_a_panic() {
        let bytes = pack(&[("a.txt", b"hello hello hello", true), ("b.txt", b"x", false)]);
        for cut in 0..bytes.len() {
            assert!(Archive::open(&bytes[..cut], "x.zip").is_err(), "{cut}");
        }
        for at in 0..bytes.len() {
            for flip in [1, 0x80, 0xFF] {
                let mut bad = bytes.clone();
                bad[at] ^= flip;
                if let Ok(archive) = Archive::open(&bad, "x.zip") {
                    for member in archive.members() {
                        let _ = archive.read(member, "x.zip");
                    }
                    let _ = archive.replaced(contents(archive.members().iter().map(|_| None).collect()));
                }
            }
        }
    }

    #[test]
    fn an_encrypted_member_is_an_error() {
        let mut bytes = pack(&[("a.txt", b"hello", false)]);
        let entry = memchr::memmem::find(&bytes, CENTRAL).unwrap();
        bytes[entry + 8] |= 1;
        let archive = Archive::open(&bytes, "x.zip").unwrap();
        let Err(error) = archive.read(&archive.members()[0], "x.zip") else { panic!("it was read") };
        assert!(error.to_string().contains("encrypted"));
    }
}
