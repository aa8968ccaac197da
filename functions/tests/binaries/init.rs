//! A function whose environment is not right does not start, and says what is wrong.

use std::path::Path;

use hookline_tests::partner::Partner;
use hookline_tests::runtime_api::LambdaFunction;

use super::world::{
    ALWAYS, ANSWERED, API, DATA, ENDED, OUTCOME, POSTBACK, SELECTED, START, SWEEP, World,
};

#[tokio::test]
async fn a_function_without_its_table_names_what_is_missing() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.retain(|(name, _)| name != "TABLE_NAME");

    let others = [POSTBACK, DATA, API, OUTCOME, ALWAYS, SWEEP];
    for binary in [START, SELECTED, ANSWERED, ENDED].into_iter().chain(others) {
        let error =
            LambdaFunction::spawn(Path::new(binary), environment.clone()).await.unwrap_err();

        assert_eq!(error.error_type, "Runtime.ExitError", "{error}");
        assert!(error.message.contains("TABLE_NAME"), "{error}");
        assert!(!error.message.contains("panicked"), "{error}");
    }
}

#[tokio::test]
async fn a_variable_that_does_not_read_is_named() {
    let world = World::new().await;

    for (name, value) in [("ALLOWED_PRIVATE_ENDPOINTS", "crm"), ("LOG_LEVEL", "loud")] {
        let mut environment = world.environment();
        environment.push((name.to_owned(), value.to_owned()));

        let error = LambdaFunction::spawn(Path::new(START), environment).await.unwrap_err();

        assert_eq!(error.error_type, "Runtime.ExitError", "{error}");
        assert!(error.message.contains(name), "{error}");
    }
}

#[tokio::test]
async fn a_function_connects_to_its_store_before_anybody_waits() {
    let world = World::new().await;
    let store = Partner::start().await.unwrap();
    let mut environment = world.environment();
    let endpoint = ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), format!("http://{}", store.address()));
    environment.push(endpoint);

    LambdaFunction::spawn(Path::new(START), environment).await.unwrap();

    let [asked] = store.requests().try_into().unwrap();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("GET", "/"));
    assert!(asked.headers.iter().all(|(name, _)| name != "authorization"), "{asked:?}");
}
