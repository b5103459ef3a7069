package rest

// Artifacts, as runners upload and download them (lib/api/ci/runner.rb,
// app/services/ci/job_artifacts/create_service.rb).

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

var uploadSpec = front.Declare(jobID, optionalToken, []params.Param{
	{Name: front.ParamFile, Kind: params.Any},
	{Name: "expire_in"},
	{Name: "artifact_type", Values: world.ArtifactTypes(), Default: world.Archive},
	{Name: "artifact_format", Values: []string{world.RawFormat, world.ZipFormat, world.GzipFormat},
		Default: world.ZipFormat},
	// What is none of these is refused: GitLab would answer it with an internal error.
	{Name: "accessibility", Values: []string{"", "public", "private", "none", "maintainer"}},
	{Name: "metadata", Kind: params.Any}, // Workhorse adds it for GitLab
})

// readArtifact is what stands before the body of POST /jobs/:id/artifacts, and how that is read. Workhorse asks
// GitLab about a multipart body before it stores the file; any other body may have the token in it.
func readArtifact(q request) (front.BodyReader, *front.Response) {
	if q.MediaType() != front.MultipartForm {
		return q.WithoutFile(), nil
	}
	j, refusal := q.processingJob()
	if refusal != nil {
		return nil, refusal
	}
	return q.ReadMultipart(q.ArtifactsLimitOf(j.Project)), nil
}

// uploadArtifacts is POST /jobs/:id/artifacts (app/services/ci/job_artifacts/create_service.rb).
func uploadArtifacts(q request) front.Response {
	j, refusal := q.processingJob()
	if refusal != nil {
		return *refusal
	}
	u := q.Upload
	if !u.HasFile {
		text := msgFileMissing
		if q.Params.Has(front.ParamFile) {
			text = msgFileInvalid
		}
		why := "the file is a part of a multipart body that is named file and has a file name"
		if sent := q.MediaType(); sent != front.MultipartForm {
			why = fmt.Sprintf("artifacts come as %s, and this came as %q: %s", front.MultipartForm, sent, why)
		}
		return front.RefuseError(http.StatusBadRequest, text).Because(why)
	}
	if limit := q.ArtifactsLimitOf(j.Project); u.Content.Size > limit {
		return front.Refuse(http.StatusRequestEntityTooLarge, msgArtifactTooLarge).
			Because(fmt.Sprintf("the file has more than %d bytes", limit))
	}
	f := &world.File{Content: u.Content}
	f.Filename = u.Filename
	f.Type, _ = q.Params.String("artifact_type")
	f.Format, _ = q.Params.String("artifact_format")
	expiresAt, refusal := q.expiry()
	if refusal != nil && !j.HasContent(f) { // what is there already is not looked at any further
		return *refusal
	}
	f.ExpiresAt = expiresAt
	if refused := q.KeepFile(j, f); refused != nil {
		return front.Refuse(http.StatusBadRequest, refused.Text).Because(refused.Reason)
	}
	return numbered(http.StatusCreated)
}

// expiry is when the uploaded file is to go: zero is never, which a duration of nothing is, too. GitLab fails at what
// is no duration (lib/gitlab/ci/build/duration_parser.rb, seconds_from_now).
func (q request) expiry() (time.Time, *front.Response) {
	text, given := q.Params.String("expire_in")
	if !given {
		text = q.Settings.ArtifactsLifetime()
	}
	if strings.TrimSpace(text) == "" || strings.EqualFold(text, "never") {
		return time.Time{}, nil
	}
	d, err := ci.ParseDuration(text)
	switch {
	case err != nil:
		return time.Time{}, gitlabFails("expire_in: " + err.Error())
	case d == 0:
		return time.Time{}, nil
	}
	return q.Now().Add(d), nil
}

// downloadArtifacts is GET /jobs/:id/artifacts: for the token of any running job whose user may read that job and, in
// earlier versions, for an access token of such a user (lib/api/ci/helpers/runner.rb,
// authenticate_job_via_dependent_job!).
func downloadArtifacts(q request) front.Response {
	own := q.JobTokens[q.SentJobToken()]
	id, _ := q.Params.Int("id")
	if own == nil || !own.Status.Executing() {
		if q.LivingToken() == nil {
			return front.Refuse(http.StatusUnauthorized, front.MsgUnauthorized).Because("no running job has that token")
		}
		if !q.Has(gitlabversion.PersonalTokensFetchArtifacts) {
			return front.Forbidden("", "an access token is no job token")
		}
		return q.downloadByPerson(id)
	}
	q.Record.JobID = own.ID
	j := q.Jobs.ByID(id)
	if j == nil {
		return front.Forbidden("", fmt.Sprintf("there is no job %d", id))
	}
	q.User = own.User
	q.Actor = q.ActorOf(q.User, true)
	decision := policy.ReadJobArtifactsByToken(q.Actor, q.ProjectStanding(j.Project), q.JobTokenOf(own, j.Project))
	if refusal := front.Allow(decision, ""); refusal != nil {
		return *refusal
	}
	return q.archiveForRunner(j)
}

// downloadByPerson is downloadArtifacts for an access token: that its user may read the job is enough.
func (q request) downloadByPerson(id int) front.Response {
	if refusal := q.AuthenticatePerson(); refusal != nil {
		return *refusal
	}
	j := q.Jobs.ByID(id)
	if j == nil {
		return front.Forbidden("", fmt.Sprintf("there is no job %d", id))
	}
	if refusal := front.Allow(q.OnProject(j.Project, policy.ReadBuild), ""); refusal != nil {
		return *refusal
	}
	return q.archiveForRunner(j)
}

// noArchive is the reason why a job has no archive to give.
func (q request) noArchive(j *world.Job) string {
	what, at := "artifacts", j.ArtifactsExpireAt
	if f := j.File(world.Archive); f != nil && q.FileExpired(f) {
		what, at = "archive", f.ExpiresAt
	} else if !q.ArtifactsExpired(j) {
		return fmt.Sprintf("job %d has no archive", j.ID)
	}
	return fmt.Sprintf("the %s of job %d expired at %s, and nothing keeps them: the latest are "+
		"not to be kept, or a newer pipeline of %s has taken their place", what, j.ID, at.Format(time.RFC3339), j.Ref)
}

// archiveOf is the answer with a job's archive.
func (q request) archiveOf(j *world.Job) front.Response {
	a := q.Artifact(j, world.Archive)
	if a == nil {
		return front.Refuse(http.StatusNotFound, front.MsgNotFound).
			Because(q.noArchive(j))
	}
	content := a.Content
	return front.Response{Status: http.StatusOK, ContentType: "application/octet-stream", File: &content,
		ETag: q.etagOf(a, "")}.
		With("Content-Disposition", attachment(a.Filename)).With("Content-Transfer-Encoding", "binary")
}

// archiveForRunner is archiveOf where no ETag is made of what the archive contains.
func (q request) archiveForRunner(j *world.Job) front.Response {
	res := q.archiveOf(j)
	if q.Has(gitlabversion.ArtifactETags) {
		res.ETag = ""
	}
	return res
}

// emptyBodyETag is the ETag of whatever Workhorse sends in place of a body: Rails makes it of an empty text as JSON.
const emptyBodyETag = `W/"12ae32cb1ec02d01eda3581b127c1fee"`

// etagOf is the ETag of an archive or, if its path is not empty, of a file in it (lib/api/ci/job_artifacts.rb,
// artifact_etag). Earlier versions have one for all, and so answer 304 whatever has changed.
func (q request) etagOf(archive *world.File, path string) string {
	if !q.Has(gitlabversion.ArtifactETags) {
		return emptyBodyETag
	}
	sum := sha256.New()
	_, _ = io.Copy(sum, io.NewSectionReader(archive.Content, 0, archive.Content.Size)) // of what is in memory
	digest := hex.EncodeToString(sum.Sum(nil))
	if path != "" {
		ofFile := sha256.Sum256([]byte(digest + ":" + path))
		digest = hex.EncodeToString(ofFile[:])
	}
	return `"` + digest + `"`
}

// attachment is the Content-Disposition of a download as Rails writes it (ActionDispatch::Http::ContentDisposition).
func attachment(filename string) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$+.^_`|~-"
	ascii := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, filename)
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, percentEscape(ascii, plain+" "),
		percentEscape(filename, plain+"&"))
}

// percentEscape escapes every byte of text but those of plain.
func percentEscape(text, plain string) string {
	var escaped strings.Builder
	for _, b := range []byte(text) {
		if strings.IndexByte(plain, b) >= 0 {
			escaped.WriteByte(b)
		} else {
			fmt.Fprintf(&escaped, "%%%02X", b)
		}
	}
	return escaped.String()
}
