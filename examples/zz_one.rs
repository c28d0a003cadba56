use lastfour::*;
fn main() {
    let text = format!("my card is 3782 {} 822463 10005 ok", " ".repeat(20_000));
    let mut r = Redactor::new(Engine::default(), Conversation::new(), Role::Customer);
    let mut out = Vec::new();
    r.push(text.as_bytes(), &mut out);
    println!("{r:?}");
    let f = r.finish(&mut out);
    let out = String::from_utf8(out).unwrap();
    println!("{} ... {} {:?}", &out[..20], &out[out.len()-30..], f.findings);
}
