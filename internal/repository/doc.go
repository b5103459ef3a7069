// Package repository is git without git: the objects, refs and history of one repository, kept in memory.
//
// Objects are encoded as git encodes them, so that they have git's SHA-1, and a git program takes them as its own; none
// is needed to make or to read them. Nothing here knows of a project, of rights or of the wire. A Repository has no
// lock: whoever keeps it guards it (in a fake the mutex of the state does). Objects only ever get more. Refs are moved
// with SetRef, which returns what it replaced, so that the caller can take it back.
//
//	object.go names.go         what an object is, its name, its loose and its batch form; names of refs
//	refs.go                    which refs no repository on disk can have, by themselves or beside others
//	tree.go commit.go          trees, commits and annotated tags as values and as objects
//	repository.go revision.go  the repository: objects, refs, what a revision means
//	files.go change.go         reading paths of a commit; a tree with some of its files changed
//	check.go                   what a push may bring: git's fsck, whether all is there, and not too much
//	log.go diff.go lines.go    history, ancestors, merge bases; what differs between trees, and between texts
//	merge.go blame.go          one tree of what became of another in two ways; where the lines of a file come from
//	archive.go                 the files of a commit in one file
//	history.go history_load.go all of a repository as plain data, and made of it again
package repository
