use lastfour::*;
use std::time::Instant;
fn main() {
    for flood in ["1", "1 ", "12-", "1.\n", "one ", "one, ", " ", "\n", "a", "a ", "Ab1 ", "<", "< ", "<b>", "&", "&#", "&#51;", "\"", "\" ", "'x ",
        "😂", "３", "\u{200B}", "password ", "password:", "password is ", "code 1. ", "is my ", "zorgl is my. ", "1\u{200B}",
        "a\u{301}", "**** ", "aB!c ", "what? ", "[card] ", "x@", "\u{A0}", "code 1 a b c d e f g h i j k. ", "-", "1,", "://", "a:b@", "-u a:b ", "[", "[card ", "Hello there, how are you doing today? I would like to help you with that. "] {
        for (size, step) in [(50_000, usize::MAX), (100_000, 1)] {
            let text = flood.repeat(size / flood.len());
            let mut r = Redactor::new(Engine::default(), Conversation::new(), Role::Customer);
            let t = Instant::now();
            let mut out = Vec::new();
            let mut most = 0;
            for p in text.as_bytes().chunks(step) { r.push(p, &mut out); most = most.max(r.held()); }
            let f = r.finish(&mut out);
            print!("{flood:?} {:.0}ms findings {} held {most} | ", t.elapsed().as_secs_f64()*1e3, f.findings.len());
            if step == 1 {
            let t = Instant::now();
            let n = Engine::default().scan(&mut Conversation::new(), &Message::customer(&text)).findings.len();
            println!("scan {:.0}ms {n}", t.elapsed().as_secs_f64()*1e3);
            }
        }
    }
}
