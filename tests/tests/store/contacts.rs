//! The contacts of a call add up in any order, and are kept of calls that are there.

use hookline::call::{ContactChange, ContactEnd, Contacts, MAX_CONTACT_ENDS, MAX_CONTACTS};
use hookline::ports::contacts::CallContacts;

use super::kind::{Kind, on_each_store};
use super::world::{World, at, call_id, started};

on_each_store! {
    #[tokio::test]
    contacts_add_up_in_any_order_and_change_nothing_else,
    a_call_that_is_not_there_has_no_contacts,
    a_call_has_so_many_contacts_and_no_more,
    every_contact_may_end_in_two_ways,
    a_call_has_so_many_ends_and_no_more,
}

/// How a contact ended so many seconds after the beginning.
fn end(seconds: i64) -> ContactEnd {
    ContactEnd {
        at: at(seconds),
        hung_up_by: Some("agent".to_owned()),
        customer_left: seconds == 9,
    }
}

/// Contacts, those that ended each with the second.
fn contacts(begun: &[&str], ended: &[(&str, i64)]) -> Contacts {
    let begun = begun.iter().map(|name| (*name).to_owned()).collect();
    let ended = ended.iter().map(|(contact, at)| ((*contact).to_owned(), end(*at))).collect();
    Contacts { begun, ended }
}

async fn contacts_add_up_in_any_order_and_change_nothing_else(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let call = call_id("c1");
    let note = async |contact: &str, change| {
        world.cold().note_contact(&call, &call_id(contact), change).await.unwrap().unwrap()
    };

    let ended = |seconds| ContactChange::Ended(end(seconds));
    assert_eq!(note("c2", ended(9)).await, contacts(&[], &[("c2", 9)]));
    assert_eq!(note("c2", ContactChange::Began).await, contacts(&["c2"], &[("c2", 9)]));
    assert_eq!(note("c2", ContactChange::Began).await, contacts(&["c2"], &[("c2", 9)]));
    assert_eq!(note("c2", ended(8)).await, contacts(&["c2"], &[("c2", 9)]));
    assert_eq!(note("c1", ended(3)).await, contacts(&["c2"], &[("c1", 3), ("c2", 9)]));
}

async fn a_call_that_is_not_there_has_no_contacts(kind: Kind) {
    let world = World::new(kind).await;
    let before = world.contents().await;
    let call = call_id("c1");
    let noted =
        world.cold().note_contact(&call, &call, ContactChange::Ended(end(9))).await.unwrap();
    assert_eq!(noted, None);
    assert_eq!(world.contents().await, before);
}

async fn a_call_has_so_many_contacts_and_no_more(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let call = call_id("c1");
    let mut noted = None;
    for contact in 0..=MAX_CONTACTS {
        let contact = call_id(&format!("contact-{contact:03}"));
        noted = world.cold().note_contact(&call, &contact, ContactChange::Began).await.unwrap();
    }
    let begun = noted.unwrap().begun;
    assert_eq!((begun.len(), begun.last().unwrap().as_str()), (MAX_CONTACTS, "contact-099"));
}

async fn every_contact_may_end_in_two_ways(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let call = call_id("c1");
    let others = (0..MAX_CONTACTS).map(|contact| format!("contact-{contact:03}"));
    let names: Vec<String> = others.chain(["c1".to_owned()]).collect();
    let mut noted = None;
    for name in &names {
        for seconds in [3, 4] {
            let change = ContactChange::Ended(end(seconds));
            noted = world.cold().note_contact(&call, &call_id(name), change).await.unwrap();
        }
    }
    let wanted: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 4)).collect();
    assert_eq!(noted.unwrap(), contacts(&[], &wanted));
}

async fn a_call_has_so_many_ends_and_no_more(kind: Kind) {
    let world = World::new(kind).await;
    started(&world, "c1").await;
    let call = call_id("c1");
    let names: Vec<String> = (0..=MAX_CONTACT_ENDS).map(|at| format!("contact-{at:03}")).collect();
    let mut noted = None;
    for name in names.iter().chain(&names[..1]) {
        let change = ContactChange::Ended(end(3));
        noted = world.cold().note_contact(&call, &call_id(name), change).await.unwrap();
    }
    let kept = &names[..MAX_CONTACT_ENDS];
    let wanted: Vec<(&str, i64)> = kept.iter().map(|name| (name.as_str(), 3)).collect();
    assert_eq!(noted.unwrap(), contacts(&[], &wanted));
}
