//! Markdown, exact in a small case; the summary within GitHub's limit.

use crate::samples::{check, failure, graded, worth};
use gradus_model::grader::Worth;
use gradus_model::outcome::Outcome;
use gradus_report::markdown;

#[test]
fn a_report_reads_like_this() {
    let checks = vec![worth("first", Worth::Points(2), Outcome::Passed), check(failure("the number 2"))];
    let expected = "\
# Demo

**not passed**: 2 of 12 points \\(16 %\\), pass mark 80 %

| | check | points |
| --- | --- | ---: |
| ✅ passed | Claim of first | 2/2 |
| ❌ failed | It answers | 0/10 |

## ❌ It answers

`GET /`

- `json.a`: got `the number 2`, wanted `the number 1` (`one line differs`)

```diff
  x
- 1
+ the number 2
```

Sent:

```http
GET http://h/
```

Answer after 3 ms:

```http
200 OK
content-type: the number 2

the number 2
```

The server's last words:

```text
log line
```

**Hint:** Count from 1\\.

Try it:

```sh
curl -i http://h/
gradus check --only a --seed 7
```

---

submission `work` · seed 7 · all 50 ms · A plain child process\\. · start 5 ms
";
    assert_eq!(markdown::write(&graded(checks)), expected);
}

#[test]
fn a_summary_folds_up_and_never_grows_past_githubs_limit() {
    let small = markdown::github_summary(&graded(vec![check(failure("x"))]));
    assert!(small.contains("<details><summary>❌ <b>It answers</b> 0/10</summary>\n\n`GET /`\n"), "{small}");
    let long = "\u{1f600}`|".repeat(500);
    let checks = (0..900).map(|at| worth(&format!("c{at}"), Worth::Points(1), failure(&long))).collect();
    let large = markdown::github_summary(&graded(checks));
    assert!(large.len() <= 1024 * 1024, "{}", large.len());
    assert!(
        large.contains("more checks did not fit in here") && large.contains("more checks have no row here")
    );
    assert!(large.ends_with("start 5 ms\n"), "the facts are there all the same");
    assert_eq!(large.matches("<details>").count(), large.matches("</details>").count());
}
