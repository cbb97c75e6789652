use gradus_contract::case::{Wanted, cases};
use gradus_contract::contract::Contract;
use gradus_model::source::SourceId;
#[test]
fn dump() {
    for name in
        ["todo-backend", "json-contract", "cache-aside", "checkout-race", "hello-service", "middleware-onion"]
    {
        let text = std::fs::read_to_string(format!(
            "{}/../../exercises/{name}/openapi.yaml",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap();
        let c = match Contract::read(&text, SourceId(0)) {
            Ok(c) => c,
            Err(e) => {
                for d in e {
                    println!(
                        "{name}: {} {:?} @{}",
                        d.message,
                        d.help,
                        text[..d.span.start].matches('\n').count() + 1
                    );
                }
                continue;
            }
        };
        for (i, o) in c.operations.iter().enumerate() {
            println!(
                "== {name} {} unreachable: {:?}",
                o.title(),
                gradus_contract::link::unreachable(&c, i, &[])
            );
            for case in cases(&c, i, &Wanted { seed: 7, label: "x", most: 50, given: &[] }) {
                let r = gradus_contract::request::build(&c, &case, &[]);
                println!(
                    "  {:?} {} | {} {:?} {}",
                    case.aim,
                    case.label,
                    r.target,
                    r.headers,
                    String::from_utf8_lossy(&r.body).chars().take(120).collect::<String>()
                );
            }
        }
    }
}
