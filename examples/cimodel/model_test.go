// Package cimodel tests who may do what with pipelines, jobs and git, over REST, by GraphQL and over git's protocol,
// against a model: random people of random roles, by membership above, in the project or of invited groups, do random
// things to a project whose visibility, jobs and protected refs change meanwhile. It is run as any test;
// -rapid.checks=10000 tells more stories.
package cimodel

import "strings"

// What follows says once more, in the plainest way and without a look at the fake, what GitLab 17.2 lets whom do with
// pipelines, jobs and code.

type role int

const (
	guest      role = 10
	reporter   role = 20
	developer  role = 30
	maintainer role = 40
	owner      role = 50
)

type visibility string

// person is somebody who calls; "" is nobody, without a token. The roles are those by membership in the group, in the
// project, in a group that is invited to the group, and in one that is invited to the project; 0 is none.
type person struct {
	name                           string
	admin, external                bool
	inGroup, inProject, ally, aide role
}

type project struct {
	visibility     visibility
	publicJobs     bool
	mostAlly       role            // that of the invitation to the group; 0: there is none
	mostAide       role            // that of the invitation to the project
	protected      map[string]role // who pushes to a branch; noone: nobody
	protectedTag   role            // who makes tags that begin with v; 0: nothing protects them
	defaultBranch  string
	people         []*person
	branches, tags map[string]bool
}

// noone is the level of access that no role reaches, not even an administrator's.
const noone role = 100

// role is what somebody may do in the project: the highest that is had on any way, where an invitation gives at most
// what it says.
func (p *project) role(who *person) role {
	return max(who.inGroup, who.inProject, min(who.ally, p.mostAlly), min(who.aide, p.mostAide))
}

func (p *project) sees(who *person) bool {
	return who.admin || p.role(who) > 0 || p.shownTo(who)
}

// shownTo is whether the project is there for more than its members, and for this one among them.
func (p *project) shownTo(who *person) bool {
	return p.visibility == "public" || p.visibility == "internal" && who.name != "" && !who.external
}

func (p *project) has(who *person, least role) bool { return who.admin || p.role(who) >= least }

// refused is the answer of who may not, 0 of who may. Reading asks nobody to sign in unless it says so.
func (p *project) refused(who *person, signsIn, may bool) int {
	switch {
	case who.name == "" && signsIn:
		return 401
	case !p.sees(who):
		return 404
	case !may:
		return 403
	}
	return 0
}

// seesJobs: while jobs are public, whoever sees the project does.
func (p *project) seesJobs(who *person) bool {
	return p.sees(who) && (p.publicJobs || p.has(who, reporter))
}

func (p *project) readsCode(who *person) bool { return p.shownTo(who) || p.has(who, reporter) }

// pushesTo is whether somebody may change a branch. An administrator may what any role may, and no more.
func (p *project) pushesTo(who *person, branch string) bool {
	least, protected := p.protected[branch]
	if !protected {
		return p.has(who, developer)
	}
	return least != noone && p.has(who, max(least, developer))
}

func (p *project) makesTag(who *person, tag string) bool {
	if p.protectedTag == 0 || !strings.HasPrefix(tag, "v") {
		return p.has(who, developer)
	}
	return p.protectedTag != noone && p.has(who, max(p.protectedTag, developer))
}

// changes is whether somebody may change a branch or a tag, and so what runs for it.
func (p *project) changes(who *person, ref string, tag bool) bool {
	if tag {
		return p.makesTag(who, ref)
	}
	return p.pushesTo(who, ref)
}

// fetch and push are the answers to git, which tells by a 401 that somebody has to sign in.
func (p *project) fetch(who *person) int {
	switch {
	case who.name == "" && p.visibility != "public":
		return 401
	case !p.sees(who):
		return 404
	case !p.readsCode(who):
		return 403
	}
	return 200
}

func (p *project) push(who *person) int {
	switch {
	case who.name == "":
		return 401
	case !p.sees(who):
		return 404
	case !p.has(who, developer):
		return 403
	}
	return 200
}

// pushesRef is whether a push makes, moves or deletes a ref, of somebody who pushes at all.
func (p *project) pushesRef(who *person, name string, tag, deletes bool) bool {
	_, protected := p.protected[name]
	switch {
	case tag && deletes:
		return p.protectedTag == 0 || !strings.HasPrefix(name, "v")
	case tag:
		return p.makesTag(who, name)
	case deletes:
		return name != p.defaultBranch && !protected
	}
	return p.pushesTo(who, name)
}
