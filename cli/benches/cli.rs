//! The command line on a large file, compared with reading it by line and copying it.
//!
//! `LASTFOUR_BENCH_MIB` sets the size of the file in MiB. The default is 64.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
    for file in [&*CLEAN, &*MIXED] {
        // A file that stays in the temporary directory does no harm.
        let _ = std::fs::remove_file(file);
    }
}

static CLEAN: LazyLock<PathBuf> = LazyLock::new(|| transcript("clean", usize::MAX));
/// Every twentieth message contains a secret.
static MIXED: LazyLock<PathBuf> = LazyLock::new(|| transcript("mixed", 20));

fn file(name: &str) -> &'static PathBuf {
    if name == "clean" { &CLEAN } else { &MIXED }
}

/// Returns a transcript of JSON lines. Every `every`th message contains a secret.
fn transcript(name: &str, every: usize) -> PathBuf {
    const CLEAN: [&str; 5] = [
        "hi, I still have not received my replacement card",
        "sure, the ZIP code is 10285 and last four are 0005",
        "order 112-1234567-1234567 was $1,234.56 on 10/08",
        "it says “card declined” — but I paid $86 last week",
        "no that is all for today, thank you very much!",
    ];
    const SECRET: [&str; 2] = ["my card is 3782 822463 10005, can you check it?", "my social is 123-45-6789"];
    let size = std::env::var("LASTFOUR_BENCH_MIB").ok().and_then(|mib| mib.parse().ok()).unwrap_or(64) << 20;
    let path = std::env::temp_dir().join(format!("lastfour-bench-{name}-{}.jsonl", std::process::id()));
    let mut out = BufWriter::new(File::create(&path).unwrap());
    let mut written = 0usize;
    for i in 1.. {
        let text = if i % every == 0 { SECRET[i / every % 2] } else { CLEAN[i % CLEAN.len()] };
        let role = if i % 2 == 0 { "agent" } else { "customer" };
        let line = format!("{{\"conversation\":\"c{}\",\"role\":\"{role}\",\"text\":\"{text}\"}}\n", i / 20);
        out.write_all(line.as_bytes()).unwrap();
        written += line.len();
        if written >= size {
            break;
        }
    }
    out.flush().unwrap();
    path
}

fn bytes(path: &PathBuf) -> BytesCount {
    BytesCount::new(std::fs::metadata(path).unwrap().len())
}

#[divan::bench(args = ["clean", "mixed"], sample_count = 5, sample_size = 1)]
fn copy_by_line(bencher: Bencher<'_, '_>, name: &str) {
    let path = file(name);
    bencher.counter(bytes(path)).bench_local(|| {
        let mut lines = BufReader::with_capacity(1 << 16, File::open(path).unwrap());
        let mut out = BufWriter::new(File::create("/dev/null").unwrap());
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).unwrap() > 0 {
            out.write_all(&line).unwrap();
            line.clear();
        }
    });
}

#[divan::bench(args = ["clean", "mixed"], sample_count = 5, sample_size = 1)]
fn redact(bencher: Bencher<'_, '_>, name: &str) {
    let path = file(name);
    bencher.counter(bytes(path)).bench_local(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_lastfour"))
            .args(["redact", "--format", "jsonl"])
            .arg(path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    });
}
