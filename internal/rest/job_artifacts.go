package rest

// What people, and jobs with their tokens, do with the artifacts of jobs (lib/api/ci/job_artifacts.rb). The archive of
// one job, which runners load as well, is in artifacts.go.

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// jobArtifactRows are the Job artifacts API, in the order of its page.
func jobArtifactRows() []row {
	return []row{
		{endpoint: "GET /projects/:id/jobs/artifacts/:ref_name/download", access: front.ByAnyone, jobTokens: true,
			spec: front.Declare(pathID, jobOfRef), handle: downloadRefArtifacts,
			later: searchable(front.Declare(pathID, jobOfRef, searchRecent))},
		{endpoint: "GET /projects/:id/jobs/:job_id/artifacts/tree", access: front.ByAnyone, jobTokens: true,
			since: since(gitlabversion.ArtifactsTree), spec: listing(pathID, pathJobID, artifactsBelow),
			handle: listArtifactFiles},
		{endpoint: "GET /projects/:id/jobs/:job_id/artifacts/*artifact_path", access: front.ByAnyone, jobTokens: true,
			spec: front.Declare(pathID, pathJobID, artifactPath), handle: downloadJobArtifact},
		{endpoint: "GET /projects/:id/jobs/artifacts/:ref_name/raw/*artifact_path", access: front.ByAnyone, jobTokens: true,
			spec: front.Declare(pathID, jobOfRef, artifactPath), handle: downloadRefArtifact,
			later: searchable(front.Declare(pathID, jobOfRef, artifactPath, searchRecent))},
		{endpoint: "POST /projects/:id/jobs/:job_id/artifacts/keep", spec: front.Declare(pathID, pathJobID),
			handle: keepArtifacts},
		{endpoint: "DELETE /projects/:id/jobs/:job_id/artifacts", spec: front.Declare(pathID, pathJobID),
			handle: deleteJobArtifacts},
		{endpoint: "DELETE /projects/:id/artifacts", spec: front.Declare(pathID), handle: deleteProjectArtifacts},
	}
}

// The parameters of the Job artifacts API.
var (
	jobOfRef     = []params.Param{{Name: "ref_name", Required: true}, {Name: "job", Required: true}}
	artifactPath = []params.Param{{Name: "artifact_path", Required: true}}
	searchRecent = []params.Param{{Name: "search_recent_successful_pipelines", Kind: params.Boolean}}
	// artifactsBelow is the directory of an archive that is listed, and whether all that is below it.
	artifactsBelow = []params.Param{{Name: "path", Default: ""}, {Name: "recursive", Kind: params.Boolean, Default: false}}
)

// searchable is what an endpoint by ref declares from when on more than the latest pipeline is searched.
func searchable(s params.Spec) *front.LaterSpec {
	return &front.LaterSpec{Since: gitlabversion.RecentPipelinesSearched, Spec: s}
}

// refJob finds the job of the latest successful pipeline of a ref whose artifacts the caller may read.
func (q request) refJob() (*world.Job, *front.Response) {
	if refusal := jobReaders(q); refusal != nil {
		return nil, refusal
	}
	name, _ := q.Params.String("job")
	ref, _ := q.Params.String("ref_name")
	const whyf = "%s has no successful pipeline of %q whose job %q kept artifacts"
	why := fmt.Sprintf(whyf, q.Project.Path, ref, name)
	var j *world.Job
	if q.Has(gitlabversion.RecentPipelinesSearched) && isTrue(q.Params, "search_recent_successful_pipelines") {
		if j = q.Project.SuccessfulArchive(name, ref); j == nil {
			return nil, front.NotFound("Job").Because(why).AsRefusal()
		}
	} else if j = q.Project.SuccessfulJob(name, ref); j == nil {
		return nil, noRecord().Because(why).AsRefusal()
	}
	return j, front.Allow(q.OnJob(j, policy.ReadJobArtifacts), "")
}

func downloadRefArtifacts(q request) front.Response {
	j, refusal := q.refJob()
	if refusal != nil {
		return *refusal
	}
	return q.archiveOf(j)
}

func downloadRefArtifact(q request) front.Response {
	j, refusal := q.refJob()
	if refusal != nil {
		return *refusal
	}
	return q.archivedFile(j, sniffed)
}

func downloadJobArtifact(q request) front.Response {
	j, refusal := q.permittedJob(policy.ReadJobArtifacts)
	if refusal != nil {
		return *refusal
	}
	if q.KeptIn(j.Pipeline).Available(j) == nil {
		return front.Refuse(http.StatusNotFound, front.MsgNotFound).Because(q.noArchive(j))
	}
	return q.archivedFile(j, typeByName)
}

// listArtifactFiles is GET /projects/:id/jobs/:job_id/artifacts/tree: what the metadata of the archive name.
func listArtifactFiles(q request) front.Response {
	j, refusal := q.permittedJob(policy.ReadJobArtifacts)
	if refusal != nil {
		return *refusal
	}
	kept := q.KeptIn(j.Pipeline)
	if kept.Available(j) == nil {
		return front.NotFound("Artifacts").Because(q.noArchive(j))
	}
	all, known, err := kept.ArchiveEntries(j)
	if err != nil {
		return *gitlabFails(fmt.Sprintf("the metadata of job %d: %v", j.ID, err))
	}
	if !known {
		return front.NotFound("Artifacts metadata").Because(fmt.Sprintf("job %d has an archive and no metadata of it", j.ID))
	}
	below, _ := q.Params.String("path")
	entries, found := all.Below(below, isTrue(q.Params, "recursive"))
	if !found {
		return front.NotFound("Path").Because(fmt.Sprintf("the archive of job %d has no directory %q", j.ID, below))
	}
	return offsetPage(q, entries, false, archiveEntityOf)
}

// archiveEntity is lib/api/entities/ci/job_artifact_entry.rb: a file or directory of an archive.
type archiveEntity struct {
	Name string           `json:"name"`
	Path string           `json:"path"`
	Type string           `json:"type"`
	Size optional[uint64] `json:"size,omitzero"`
	Mode *string          `json:"mode"`
}

// archiveEntityOf shows an entry of an archive. The metadata do not say of an empty file that it is empty.
func archiveEntityOf(of world.ArchiveEntry) archiveEntity {
	e := archiveEntity{Name: of.Name(), Path: of.Path, Type: "directory"}
	if !of.IsDirectory() {
		size := &of.Size
		if of.Size == 0 {
			size = nil
		}
		e.Type, e.Size = "file", some(size)
	}
	if of.Mode != "" {
		mode := strings.Repeat("0", max(0, 6-len(of.Mode))) + of.Mode
		e.Mode = &mode
	}
	return e
}

// keepArtifacts is POST /projects/:id/jobs/:job_id/artifacts/keep.
func keepArtifacts(q request) front.Response {
	if refusal := q.pathProject(policy.ReadProject); refusal != nil {
		return *refusal
	}
	if !q.Has(gitlabversion.KeepDecidedByJob) {
		if refusal := front.Allow(q.OnProject(q.Project, policy.UpdateBuilds), ""); refusal != nil {
			return *refusal
		}
	}
	j, refusal := q.permittedJob(policy.KeepJobArtifacts)
	if refusal != nil {
		return *refusal
	}
	if q.Unexpired(j) == nil {
		why := q.noArchive(j)
		if q.Artifact(j, world.Archive) != nil {
			why = fmt.Sprintf("the artifacts of job %d have expired; GitLab keeps what has not, whatever else keeps them", j.ID)
		}
		// GitLab puts the job itself into the text, which Ruby writes as a class and an address.
		return front.NotFound(fmt.Sprintf(msgfBuildObject, j.ID)).Because(why)
	}
	q.KeepArtifacts(j)
	return front.OK(q.projectJobEntity(j))
}

// deleteJobArtifacts is DELETE /projects/:id/jobs/:job_id/artifacts.
func deleteJobArtifacts(q request) front.Response {
	if refusal := q.artifactDestroyer(); refusal != nil {
		return *refusal
	}
	j, refusal := q.pathJob()
	if refusal != nil {
		return *refusal
	}
	q.DeleteArtifacts(j)
	return front.NoContent()
}

// deleteProjectArtifacts is DELETE /projects/:id/artifacts.
func deleteProjectArtifacts(q request) front.Response {
	if refusal := q.artifactDestroyer(); refusal != nil {
		return *refusal
	}
	q.DeleteProjectArtifacts(q.Project)
	return front.Refuse(http.StatusAccepted, msgAccepted)
}

// artifactDestroyer finds the project of the path and refuses who may not delete the artifacts of its jobs.
func (q request) artifactDestroyer() *front.Response {
	if refusal := q.pathProject(policy.ReadProject); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.DestroyArtifacts), "")
}
