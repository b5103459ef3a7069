package conformance

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

type caseJob struct {
	Project, Runner, Manager, User string
	Name, Stage, Ref               string
	Pipeline                       string // jobs of a project with the same name here share a pipeline
	Tag, Protected, Erased, Manual bool
	AllowFailure                   bool `json:"allow_failure"`
	Status                         fakegitlab.JobStatus
	TagList                        []string `json:"tag_list"`
	StageIndex                     int      `json:"stage_idx"`
	Trace                          string
	Queued                         Time
	Timeout                        Seconds
	Options                        fakegitlab.JobSpec
	Trigger                        json.RawMessage
	Artifacts                      *struct {
		Filename, Content string
		Size              int
		Type              string            `json:"file_type"`
		Files             map[string]string // of a zip archive, in place of Content
		Expires           Time
	}
}

func (p fakeWorld) job(name string, in caseJob) {
	j := fakegitlab.Job{Project: p.Names["project."+in.Project+".path"], RunnerID: p.ids["runner."+in.Runner],
		SystemID: in.Manager, User: in.User,
		Name: in.Name, Stage: in.Stage, StageIndex: in.StageIndex, Ref: in.Ref, RefIsTag: in.Tag, Protected: in.Protected,
		Erased: in.Erased, Manual: in.Manual, AllowFailure: in.AllowFailure,
		Status: in.Status, Tags: in.TagList, Trace: in.Trace, QueuedAt: in.Queued.At(p.gl.Now()),
		Spec: in.Options, Trigger: in.Trigger}
	if in.Timeout > 0 {
		j.Spec.Timeout = in.Timeout.Duration()
	}
	if a := in.Artifacts; a != nil {
		content := a.Content
		switch {
		case a.Files != nil:
			content = p.zipped(a.Files)
		case content == "":
			content = strings.Repeat("x", a.Size)
		}
		j.Artifacts = []fakegitlab.Artifact{{Filename: a.Filename, Type: a.Type, Content: []byte(content),
			ExpiresAt: a.Expires.At(p.gl.Now())}}
	}
	pipeline := "pipeline." + in.Project + "/" + in.Pipeline
	j.PipelineID = cmp.Or(p.ids["pipeline of job."+name], p.ids[pipeline])
	j = p.gl.AddJob(j)
	p.ids[pipeline] = j.PipelineID
	p.noteID("job", name, j.ID)
	p.Names["job."+name+".token"] = j.Token
}

// zipped is a zip archive of these files.
func (p *Player) zipped(files map[string]string) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		require.NoError(p.t, err)
		_, err = f.Write([]byte(files[name]))
		require.NoError(p.t, err)
	}
	require.NoError(p.t, w.Close())
	return out.String()
}

type caseToken struct {
	User                   string
	Scopes                 []string
	Grants                 []caseGrant
	Revoked, Impersonation bool
	Expires                Time
	ExpiresAt              Time `json:"expires_at"`
}

func (p fakeWorld) token(name string, in caseToken) {
	t := p.gl.AddAccessToken(fakegitlab.AccessToken{User: in.User, Scopes: append([]string{}, in.Scopes...),
		Grants: p.grants(in.Grants), Revoked: in.Revoked, Impersonation: in.Impersonation,
		ExpiresAt: (in.Expires + in.ExpiresAt).At(p.gl.Now())})
	p.noteID("token", name, t.ID)
	p.Names["token."+name] = t.Token
}

// caseGrant is what a fine-grained token may do; projects and groups go by their names.
type caseGrant struct {
	Access      string
	Projects    []string
	Groups      []string
	Permissions []string
}

func (p fakeWorld) grants(in []caseGrant) (grants []fakegitlab.TokenGrant) {
	paths := func(kind string, names []string) (paths []string) {
		for _, name := range names {
			paths = append(paths, p.Names[kind+"."+name+".path"])
		}
		return paths
	}
	for _, g := range in {
		grants = append(grants, fakegitlab.TokenGrant{Access: g.Access, Projects: paths("project", g.Projects),
			Groups: paths("group", g.Groups), Permissions: g.Permissions})
	}
	return grants
}
