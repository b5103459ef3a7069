// Package githttp is git's own protocol over HTTP, as a GitLab speaks it: clone, fetch and push
// (https://git-scm.com/docs/gitprotocol-http).
//
// What is fetched, the program git says: a bare repository is written to disk from the one in memory when somebody
// first asks, and again what is new in it, and `git upload-pack` answers from there. A push needs no program: its pack
// is read here, its commands are decided by GitLab's rules with the state's mutex held, where REST changes the same
// refs, and the report is written here, so that it says what GitLab would say. Lines, packs and what is on disk are
// gitpack's.
//
//	protocol.go            where it is spoken: paths, routes, the way to a path with .git
//	access.go              may who calls do this to the project at all?              401, 403, 404
//	texts.go               what GitLab says
//	fetch.go               clone and fetch, by git
//	process.go             the program git, with an environment of its own
//	push.go report.go      a push: what is asked, and what has become of it
//	rules.go               which refs may be moved
package githttp
