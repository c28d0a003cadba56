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

/// Starts the nodes of a cluster, each with a part of the slots.
fn cluster(nodes: usize) -> Option<Vec<Redis>> {
    let nodes: Vec<Redis> =
        (0..nodes).map(|_| Redis::start_with(&["--cluster-enabled", "yes"])).collect::<Option<_>>()?;
    let share = 16384_usize.div_ceil(nodes.len());
    for (number, node) in nodes.iter().enumerate() {
        let (first, last) = (number * share, ((number + 1) * share - 1).min(16383));
        node.command(&format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
        node.command(&format!("CLUSTER SET-CONFIG-EPOCH {}", number + 1));
    }
    for node in &nodes[1..] {
        nodes[0].command(&format!("CLUSTER MEET 127.0.0.1 {}", node.port));
    }
    let begin = Instant::now();
    let is_known = |node: &Redis| {
        let info = node.command("CLUSTER INFO");
        info.contains("cluster_state:ok") && info.contains(&format!("cluster_known_nodes:{}", nodes.len()))
    };
    while !nodes.iter().all(is_known) {
        assert!(begin.elapsed() < PATIENCE, "the cluster does not start: {}", nodes[0].command("CLUSTER NODES"));
        thread::sleep(Duration::from_millis(50));
    }
    Some(nodes)
}

#[test]
fn a_cluster_is_used_from_any_of_its_nodes() {
    let Some(mut nodes) = cluster(3) else { return };
    let upstream = Upstream::echo();
    let folder = std::env::temp_dir().join(format!("lastfour-cluster-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let start = |name: &str, redis: &str| {
        let config = folder.join(name);
        let text = format!(
            "listen = '127.0.0.1:0'\nconversation = 'cookie:room'\n[upstream]\nurl = 'http://{}'\n[store]\n{redis}\n",
            upstream.address
        );
        std::fs::write(&config, text).expect("it is written");
        Proxy::spawn(&["--config", config.to_str().expect("UTF-8")])
    };
    let one = start("one.toml", &format!("redis = '{}'\ncluster = true", nodes[0].url()));
    let two = start("two.toml", &format!("redis = ['{}', '{}']", nodes[1].url(), nodes[2].url()));
    for room in 0..12 {
        let cookie = format!("cookie: room={room}\r\n");
        assert_eq!(status(&one.post("/", &cookie, HALVES[0])), 200);
        assert_eq!(status(&two.post("/", &cookie, HALVES[1])), 200);
        let got = upstream.got();
        assert!(!got[got.len() - 1].body.contains("47897"), "{room}: {got:?}");
    }
    for node in &nodes {
        assert!(node.command("KEYS *").contains("lastfour:"), "each node has a part of the conversations");
    }
    // A slot moves to another node.
    let keys = nodes[0].command("KEYS *");
    let key = keys.lines().find(|line| line.starts_with("lastfour:")).expect("a key").to_owned();
    nodes[0].command(&format!("DEL {key}"));
    let slot = nodes[0].command(&format!("CLUSTER KEYSLOT {key}"));
    let slot: u16 = slot.lines().find_map(|line| line.strip_prefix(':')?.parse().ok()).expect("a slot");
    assert!(nodes[0].command(&format!("CLUSTER COUNTKEYSINSLOT {slot}")).starts_with(":0"), "it is empty");
    let id = nodes[1].command("CLUSTER MYID");
    let id = id.lines().find(|line| line.len() == 40).expect("an id").to_owned();
    for node in [1, 0, 2] {
        nodes[node].command(&format!("CLUSTER SETSLOT {slot} NODE {id}"));
    }
    for room in 0..12 {
        let cookie = format!("cookie: room={room}\r\n");
        assert_eq!(status(&one.post("/", &cookie, "{\"text\":\"thanks\"}")), 200, "{room}");
    }
    // The conversations of a node that is down are not available, so their messages are stopped.
    nodes[2].kill();
    let answers: Vec<u16> =
        (0..12).map(|room| status(&one.post("/", &format!("cookie: room={room}\r\n"), HALVES[1]))).collect();
    assert!(answers.contains(&503) && answers.iter().all(|status| [200, 503].contains(status)), "{answers:?}");
    let _ = std::fs::remove_dir_all(folder);
}
