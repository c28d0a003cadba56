//! Reads the files of a run on several threads, and passes the results to the calling thread in the order of the files.
//!
//! Each file is read on a thread of its own, ahead of the one that is passed on. Reading pauses when a few batches have
//! not been taken yet, so that memory is bounded. Only the calling thread writes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::failure::{CliError, Result};
use crate::input::{Input, Packing, Source};
use crate::reading::{Listener, Place, Reader};
use crate::transcript::session::{Done, Roles};

/// The maximum number of events of a file that wait to be taken: enough for a small file as a whole.
const WAITING: usize = 8;

/// The size of a batch, in bytes of the transcript.
const BATCH: usize = 256 << 10;

/// Returns whether a file is to be read.
pub(crate) type Wanted = dyn Fn(&Source) -> bool + Send + Sync;

/// Calls `take` for each file in order. With one job, nothing is read ahead and no thread is started.
pub(crate) fn each(
    reader: &Arc<Reader>,
    sources: &[Source],
    jobs: usize,
    read: &Arc<AtomicU64>,
    wanted: &Arc<Wanted>,
    mut take: impl FnMut(&Source, File<'_>) -> Result<()>,
) -> Result<()> {
    if jobs < 2 {
        for source in sources {
            let input = if wanted(source) { Some(Opening { source, read }) } else { None };
            take(source, File(Feed::Here { reader, opening: input, input: None }))?;
        }
        return Ok(());
    }
    let mut ahead = VecDeque::new();
    let mut next = sources.iter().enumerate();
    for source in sources {
        while ahead.len() < jobs
            && let Some((number, source)) = next.next()
        {
            // The last files may use the threads that other files no longer need.
            let threads = jobs / jobs.min(sources.len() - number).max(1);
            let (sender, events) = sync_channel(WAITING);
            let (reader, source, read, wanted) =
                (Arc::clone(reader), source.clone(), Arc::clone(read), Arc::clone(wanted));
            // If the calling thread ends early, this one may block on its input forever, so it is not joined.
            std::thread::spawn(move || work(&reader, &source, threads, &read, &wanted, &sender));
            ahead.push_back(events);
        }
        if let Some(events) = ahead.pop_front() {
            take(source, File(Feed::Thread(events)))?;
        }
    }
    Ok(())
}

/// A file that is about to be read.
pub(crate) struct File<'a>(Feed<'a>);

enum Feed<'a> {
    Here { reader: &'a Reader, opening: Option<Opening<'a>>, input: Option<Input> },
    Thread(Receiver<Event>),
}

struct Opening<'a> {
    source: &'a Source,
    read: &'a Arc<AtomicU64>,
}

impl File<'_> {
    /// Waits until the file is open and returns its compression, or `None` if it is not wanted.
    pub(crate) fn open(&mut self) -> Result<Option<Packing>> {
        match &mut self.0 {
            Feed::Here { opening: None, .. } => Ok(None),
            Feed::Here { opening: Some(opening), input, .. } => {
                let open = Input::open(opening.source, opening.read)?;
                Ok(Some(input.insert(open).packing))
            }
            Feed::Thread(events) => match events.recv() {
                Ok(Event::Opened(packing)) => Ok(packing),
                Ok(Event::Ended(Err(failure))) => Err(failure),
                _ => Err(stopped()),
            },
        }
    }

    /// Passes the content to a listener. Call it after [`open`](Self::open).
    pub(crate) fn read(self, listener: &mut dyn Listener) -> Result<()> {
        match self.0 {
            Feed::Here { reader, opening: Some(opening), input: Some(mut input) } => {
                reader.read(opening.source, &mut input, 1, listener)
            }
            Feed::Here { .. } => Ok(()),
            Feed::Thread(events) => {
                for event in events {
                    match event {
                        Event::Opened(_) => {}
                        Event::Begin(member, format) => listener.begin(member.as_deref(), format),
                        Event::Records(records) => {
                            for (record, place) in records {
                                listener.record(record, &place)?;
                            }
                        }
                        Event::Bytes(bytes) => listener.write(&bytes)?,
                        Event::End(roles) => listener.end(roles),
                        Event::Left(member) => listener.left(&member),
                        Event::Pause => listener.pause()?,
                        Event::Ended(result) => return result,
                    }
                }
                Err(stopped())
            }
        }
    }
}

/// Returns the error for a thread that ended without a result, which is a bug in this program.
fn stopped() -> CliError {
    CliError::Message("a thread that reads a file has stopped; this is a defect of lastfour".to_owned())
}

/// What a thread sends.
enum Event {
    /// First; `None` if the file is not wanted.
    Opened(Option<Packing>),
    Begin(Option<String>, &'static str),
    Records(Vec<(Done, Place)>),
    Bytes(Vec<u8>),
    End(Roles),
    Left(String),
    Pause,
    /// Last.
    Ended(Result<()>),
}

/// Reads a file and sends the results.
fn work(
    reader: &Reader,
    source: &Source,
    threads: usize,
    read: &Arc<AtomicU64>,
    wanted: &Arc<Wanted>,
    sender: &SyncSender<Event>,
) {
    let run = || {
        let mut remote = Remote { sender, records: Vec::new(), bytes: Vec::new(), len: 0 };
        if !wanted(source) {
            return remote.send(Event::Opened(None));
        }
        let mut input = Input::open(source, read)?;
        remote.send(Event::Opened(Some(input.packing)))?;
        let result = reader.read(source, &mut input, threads, &mut remote);
        // Results before an error are passed on first.
        remote.flush()?;
        result
    };
    // If the receiver is gone, there is nobody to report to.
    let _ = sender.send(Event::Ended(run()));
}

/// Collects results and sends them in batches.
struct Remote<'a> {
    sender: &'a SyncSender<Event>,
    records: Vec<(Done, Place)>,
    bytes: Vec<u8>,
    len: usize,
}

impl Remote<'_> {
    fn send(&self, event: Event) -> Result<()> {
        self.sender.send(event).map_err(|_| CliError::BrokenPipe)
    }

    fn flush(&mut self) -> Result<()> {
        self.len = 0;
        if !self.records.is_empty() {
            let records = std::mem::take(&mut self.records);
            self.send(Event::Records(records))?;
        }
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            self.send(Event::Bytes(bytes))?;
        }
        Ok(())
    }

    /// Sends an event after the collected results. A missing receiver is noticed with the next records.
    fn tell(&mut self, event: Event) {
        let _ = self.flush().and_then(|()| self.send(event));
    }
}

impl Listener for Remote<'_> {
    fn begin(&mut self, member: Option<&str>, format: &'static str) {
        self.tell(Event::Begin(member.map(str::to_owned), format));
    }

    fn record(&mut self, record: Done, place: &Place) -> Result<()> {
        self.len += record.raw.len();
        self.records.push((record, place.clone()));
        if self.len >= BATCH { self.flush() } else { Ok(()) }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, roles: Roles) {
        self.tell(Event::End(roles));
    }

    fn left(&mut self, member: &str) {
        self.tell(Event::Left(member.to_owned()));
    }

    fn pause(&mut self) -> Result<()> {
        self.flush()?;
        self.send(Event::Pause)
    }
}
