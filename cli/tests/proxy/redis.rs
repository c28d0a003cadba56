//! Several proxies with one store.

use std::thread;
use std::time::{Duration, Instant};

use crate::server::Redis;
use crate::support::{PATIENCE, Proxy, Upstream, connect, read_all, status};

const HALVES: [&str; 2] = ["{\"text\":\"3743 4533\"}", "{\"text\":\"31 47897\"}"];

fn start(upstream: &Upstream, redis: &Redis) -> Proxy {
    Proxy::start(&upstream.address, &["--conversation", "cookie:room", "--redis", &redis.url()])
}

fn say(proxy: &Proxy, text: &str) -> String {
    proxy.post("/", "cookie: room=Girasol\r\n", text)
}

#[test]
fn two_proxies_see_a_card_that_is_split_over_both() {
    let Some(redis) = Redis::start() else { return };
    let upstream = Upstream::echo();
    let (one, two) = (start(&upstream, &redis), start(&upstream, &redis));
    assert_eq!(status(&say(&one, HALVES[0])), 200);
    assert_eq!(status(&say(&two, HALVES[1])), 200);
    assert!(!upstream.got()[1].body.contains("47897"), "{:?}", upstream.got());
}

#[test]
fn a_store_that_is_down_stops_messages_with_the_reason_until_it_is_back() {
    let Some(mut redis) = Redis::start() else { return };
    let upstream = Upstream::echo();
    let proxy = start(&upstream, &redis);
    assert_eq!(status(&say(&proxy, HALVES[0])), 200);
    redis.kill();
    let answer = say(&proxy, HALVES[1]);
    assert_eq!(status(&answer), 503, "{answer}");
    assert!(answer.contains("the conversation could not be loaded or saved"), "{answer}");
    assert_eq!(upstream.got().len(), 1, "nothing is sent on");
    proxy.wait_for("conversation store failed");
    // What belongs to no conversation needs no store.
    assert_eq!(status(&proxy.post("/", "", HALVES[0])), 200);
    redis.restart();
    let begin = Instant::now();
    while status(&say(&proxy, HALVES[0])) != 200 {
        assert!(begin.elapsed() < PATIENCE, "it is not used again");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(!proxy.log().contains("Girasol"), "{}", proxy.log());
}

#[test]
fn a_proxy_starts_without_its_store_and_is_not_ready_until_it_is_there() {
    let Some(mut redis) = Redis::start() else { return };
    redis.kill();
    let upstream = Upstream::echo();
    let folder = std::env::temp_dir().join(format!("lastfour-store-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let config = folder.join("proxy.toml");
    let text = format!(
        "listen = '127.0.0.1:0'\nadmin = '127.0.0.1:0'\nconversation = 'cookie:room'\n[upstream]\nurl = 'http://{}'\n\
         [store]\nredis = '{}'\nprefix = 'chat'\nidle = 60\n",
        upstream.address,
        redis.url()
    );
    std::fs::write(&config, text).expect("it is written");
    let proxy = Proxy::spawn(&["--config", config.to_str().expect("UTF-8")]);
    let ready = || {
        let mut stream = connect(proxy.admin.as_deref().expect("a second port"));
        std::io::Write::write_all(&mut stream, b"GET /readyz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            .expect("sent");
        read_all(&mut stream)
    };
    let answer = ready();
    assert!(status(&answer) == 503 && answer.contains("the store of conversations cannot be reached"), "{answer}");
    redis.restart();
    let begin = Instant::now();
    while status(&ready()) != 200 {
        assert!(begin.elapsed() < PATIENCE, "it is not ready");
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(status(&say(&proxy, HALVES[0])), 200);
    assert!(redis.command("KEYS *").contains("chat:"), "{}", redis.command("KEYS *"));
    let _ = std::fs::remove_dir_all(folder);
}
