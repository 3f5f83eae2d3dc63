use serde_json::Value;

use crate::support::process::Site;

#[tokio::test]
async fn a_server_that_is_told_to_stop_serves_on_for_a_while_but_is_not_ready() {
    let site = Site::new().with("SHUTDOWN_DELAY_S", "3");
    let mut server = site.serve().await;
    server.terminate();
    let ready = async || site.send("GET", "//health/ready", None, "", None).await;
    let code = |(status, answer): (u16, Value)| (status, answer["code"].as_str().unwrap_or_default().to_owned());
    loop {
        match code(ready().await.expect("it still answers")) {
            (200, _) => {}
            refused => {
                assert_eq!(refused, (503, "shutting_down".to_owned()));
                break;
            }
        }
    }
    assert_eq!(site.send("GET", "/tags", None, "", None).await.map(|(status, _)| status), Some(200));
    assert!(server.ends_well());
    assert_eq!(ready().await, None);
}
