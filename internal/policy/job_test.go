package policy

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// changes are the rules for what changes a job.
var changes = map[string]func(Actor, JobStanding) Decision{
	"update": UpdateBuild, "cancel": CancelBuild, "retry": RetryJob, "play": PlayJob, "erase": EraseBuild,
	"cancel by force": CancelBuildByForce, "keep": KeepJobArtifacts, "unschedule": UnscheduleJob,
}

// What is spared in an archived project goes by the same roles as in any other, and nothing else goes.
func TestSparedInArchivedProjects(t *testing.T) {
	for name, rule := range changes {
		for spared, of := range map[SparedJobs][]string{{Cancel: true}: {"cancel", "cancel by force"},
			{Rerun: true}: {"retry", "play", "unschedule"}, {Keep: true}: {"keep"}} {
			archived := inProject(Maintainer)
			archived.Archived, archived.Spared = true, spared
			want := "acme/shop is archived"
			if slices.Contains(of, name) {
				want = ""
			}
			check(t, want, rule(mia, JobStanding{Project: archived, Own: true}), "%s, %+v", name, spared)
			if want == "" {
				archived.Held = Reporter
				check(t, "mia is Reporter in acme/shop; needs Developer", rule(mia, JobStanding{Project: archived}), name)
			}
		}
	}
}

func TestUpdateBuild(t *testing.T) {
	for name, rule := range changes {
		for _, c := range []struct {
			about string
			s     JobStanding
			want  string
		}{
			{"Maintainer, protected", JobStanding{Project: inProject(Maintainer), Protected: true}, ""},
			{"Developer, protected", JobStanding{Project: inProject(Developer), Protected: true, Own: true},
				"mia is Developer in acme/shop; needs Maintainer"},
			{"protected from all", JobStanding{Project: inProject(Owner), Protected: true, Nobody: true},
				"the ref in acme/shop is protected, and nobody may change it"},
			{"Reporter", JobStanding{Project: inProject(Reporter), Own: true}, "mia is Reporter in acme/shop; needs Developer"},
			{"outsider", JobStanding{Project: inProject(None)}, "mia is no member of acme/shop; needs Developer"},
		} {
			check(t, c.want, rule(mia, c.s), name+", "+c.about)
		}
		archived := JobStanding{Project: ProjectStanding{Where: "acme/shop", Held: Owner, Archived: true}, Own: true}
		for _, a := range []Actor{mia, root} {
			check(t, "acme/shop is archived", rule(a, archived), name)
		}
		check(t, "", rule(root, JobStanding{Project: inProject(None), Protected: true}), name)
		check(t, "eva is no member of acme/shop; needs Developer", rule(eva, JobStanding{Project: inProject(None)}), name)
	}
}

// Nobody changes a job that would deploy what is older than what is there.
func TestOutdatedJobs(t *testing.T) {
	for name, rule := range changes {
		check(t, outdated.Reason, rule(root, JobStanding{Project: inProject(Owner), Own: true, Outdated: true}), name)
	}
}

// What a Developer may do to jobs of others and to those started by themselves.
func TestOwnJobs(t *testing.T) {
	const refusal = "mia is Developer in acme/shop; needs Maintainer"
	others, own := JobStanding{Project: inProject(Developer)}, JobStanding{Project: inProject(Developer), Own: true}
	for name, rule := range changes {
		wantOthers, wantOwn := "", ""
		switch name {
		case "erase":
			wantOthers = refusal
		case "cancel by force":
			wantOthers, wantOwn = refusal, refusal
		}
		check(t, wantOthers, rule(mia, others), name)
		check(t, wantOwn, rule(mia, own), name)
	}
}

func TestReadBuildTrace(t *testing.T) {
	check(t, "", ReadBuildTrace(mia, JobStanding{Project: inProject(None)}))
	debugged := func(r Role) JobStanding { return JobStanding{Project: inProject(r), Debugged: true} }
	check(t, "", ReadBuildTrace(mia, debugged(Developer)))
	check(t, "mia is Reporter in acme/shop; needs Developer", ReadBuildTrace(mia, debugged(Reporter)))
	check(t, "eva is no member of acme/shop; needs Developer", ReadBuildTrace(eva, debugged(None)))
	check(t, "", ReadBuildTrace(root, debugged(None)))
	archived := debugged(Owner)
	archived.Project.Archived = true
	check(t, "acme/shop is archived", ReadBuildTrace(root, archived))
	archived.Debugged = false
	check(t, "", ReadBuildTrace(mia, archived))
}

func TestReadManualVariables(t *testing.T) {
	in := func(v Visibility, r Role) JobStanding {
		s := inProject(r)
		s.Visibility = v
		return JobStanding{Project: s}
	}
	check(t, "", ReadManualVariables(mia, in(Public, Developer)))
	check(t, "mia is Reporter in acme/shop; needs Developer", ReadManualVariables(mia, in(Public, Reporter)))
	check(t, "", ReadManualVariables(root, in(Public, None)))
	check(t, "", ReadManualVariables(mia, in(Internal, Guest)))
	check(t, "", ReadManualVariables(mia, in(Private, Guest)))
	check(t, "root is no member of acme/shop", ReadManualVariables(root, in(Private, None)))
}

func TestReadJobArtifacts(t *testing.T) {
	for _, c := range []struct {
		access  string
		private bool
		least   Role
	}{
		{"", false, None}, {"all", false, None}, {"developer", false, Developer}, {"", true, Developer},
		{"maintainer", false, Maintainer}, {"maintainer", true, Maintainer},
	} {
		for _, held := range []Role{None, Guest, Reporter, Developer, Maintainer, Owner} {
			s := JobStanding{Project: inProject(held), ArtifactsAccess: c.access, ArtifactsPrivate: c.private}
			assert.Equal(t, held >= c.least, ReadJobArtifacts(mia, s).Allowed, "%+v as %s", c, held)
			assert.True(t, ReadJobArtifacts(eva, s).Allowed, "%+v", c)
		}
	}
	check(t, "mia is Guest in acme/shop; needs Developer",
		ReadJobArtifacts(mia, JobStanding{Project: inProject(Guest), ArtifactsPrivate: true}))
	for _, a := range []Actor{mia, root} {
		check(t, "the job's artifacts:access is none",
			ReadJobArtifacts(a, JobStanding{Project: inProject(Owner), ArtifactsAccess: "none"}))
	}
}

func TestReadJobArtifactsByToken(t *testing.T) {
	let, other := JobToken{Job: 5, Project: "acme/app", Allowed: true}, JobToken{Job: 5, Project: "acme/app"}
	check(t, "", ReadJobArtifactsByToken(mia, inProject(Guest), let))
	check(t, "mia is no member of acme/shop, which is private", ReadJobArtifactsByToken(mia, inProject(None), let))
	check(t, "mia is no member of acme/shop, which is private", ReadJobArtifactsByToken(mia, inProject(None), other))
	for _, a := range []Actor{mia, root} {
		check(t, "job 5 is of acme/app, which is not on the job token allowlist of acme/shop",
			ReadJobArtifactsByToken(a, inProject(Owner), other))
	}
	for _, open := range []Visibility{Internal, Public} {
		check(t, "", ReadJobArtifactsByToken(mia, ProjectStanding{Where: "acme/shop", Visibility: open}, other))
	}
	hidden := ProjectStanding{Where: "acme/shop", Visibility: Public, Held: Reporter, MembersJobs: true}
	check(t, "", ReadJobArtifactsByToken(mia, hidden, let))
	check(t, "mia is no member of acme/shop; needs Reporter", ReadJobArtifactsByToken(mia, hidden, other))
	hidden.Held = Guest
	check(t, "mia is Guest in acme/shop; needs Reporter", ReadJobArtifactsByToken(mia, hidden, let))
}
