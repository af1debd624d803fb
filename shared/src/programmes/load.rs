//! Loading the shipped programmes at start.

use jiff::Timestamp;

use super::{Origin, Programme, ProgrammeVersion, queries};
use crate::catalogue::ProgrammeContent;
use crate::db::{DbConn, DbResult};
use crate::ids::{OrganisationId, ProgrammeVersionId};
use crate::organisations;

/// Brings in the shipped programmes: a new one as version 1, a changed one as the next version
/// unless a coordinator published the current one. Partners are set for a new one only: they
/// are the coordinators' from then on. Returns how many versions were added.
pub(crate) fn load(
    conn: &mut DbConn,
    now: Timestamp,
    shipped: &[ProgrammeContent],
) -> DbResult<usize> {
    let partners = organisations::queries::shipped(conn)?;
    let mut added = 0;
    for content in shipped {
        match queries::find(conn, &content.slug)? {
            None => {
                let ids: Vec<OrganisationId> = content
                    .partners
                    .iter()
                    .filter_map(|key| {
                        let named = |it: &&organisations::Organisation| {
                            it.shipped_key.as_ref() == Some(key)
                        };
                        partners.iter().find(named).map(|partner| partner.id)
                    })
                    .collect();
                let programme = Programme {
                    slug: content.slug.clone(),
                    version: 1,
                    current_number: 1,
                    open: true,
                    created_at: now,
                    updated_at: now,
                };
                queries::insert(conn, &programme)?;
                queries::insert_version(conn, &shipped_version(content, 1, now))?;
                queries::set_partners(conn, &content.slug, &ids)?;
                added += 1;
            }
            Some(programme) => {
                let current = queries::version(conn, &content.slug, programme.current_number)?;
                let outdated = current.is_some_and(|version| {
                    version.origin == Origin::Shipped && version.content != *content
                });
                if outdated {
                    let from = programme.version;
                    let programme = Programme {
                        version: from + 1,
                        current_number: programme.current_number + 1,
                        updated_at: now,
                        ..programme
                    };
                    let version = shipped_version(content, programme.current_number, now);
                    queries::insert_version(conn, &version)?;
                    queries::update(conn, from, &programme)?;
                    added += 1;
                }
            }
        }
    }
    Ok(added)
}

fn shipped_version(content: &ProgrammeContent, number: i32, now: Timestamp) -> ProgrammeVersion {
    ProgrammeVersion {
        id: ProgrammeVersionId::generate(),
        programme: content.slug.clone(),
        number,
        origin: Origin::Shipped,
        content: content.clone(),
        published_at: now,
    }
}
