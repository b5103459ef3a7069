package rest

// Files of a repository (lib/api/files.rb and the services behind it).

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// fileRows are the files of a project's repository.
func fileRows() []row {
	const file = "/projects/:id/repository/files/:file_path"
	path := []params.Param{{Name: "file_path", Required: true, FilePath: true}}
	ref := []params.Param{{Name: "ref", Required: true, NotBlank: true}}
	simple := slices.Concat(path, []params.Param{branchParam,
		{Name: "commit_message", Required: true, NotBlank: true}, {Name: "start_branch"}}, authorParams)
	extended := slices.Concat(simple, []params.Param{{Name: "content", Required: true},
		{Name: "encoding", Values: []string{"base64", "text"}, Default: "text"}, {Name: "last_commit_id"},
		{Name: "execute_filemode", Kind: params.Boolean}})
	rows := []row{
		{endpoint: "GET " + file, spec: front.Declare(pathID, path, ref), handle: ofFile(getFile)},
		readByJobs(row{endpoint: "GET " + file + "/raw", handle: ofFile(getRawFile),
			spec: front.Declare(pathID, path, []params.Param{{Name: "ref", NotBlank: true},
				{Name: "lfs", Kind: params.Boolean, Default: false}})}),
		{endpoint: "GET " + file + "/blame", handle: ofFile(getBlame),
			spec: front.Declare(pathID, path, ref, []params.Param{{Name: "range", Kind: params.Hash,
				Fields: []params.Param{lineParam("start"), lineParam("end")}}})},
		{endpoint: "POST " + file, spec: front.Declare(pathID, extended), handle: changeFile(actionCreate)},
		{endpoint: "PUT " + file, spec: front.Declare(pathID, extended), handle: changeFile(actionUpdate)},
		{endpoint: "DELETE " + file, spec: front.Declare(pathID, simple), handle: changeFile(actionDelete)},
	}
	for i := range rows {
		rows[i].access, rows[i].scopes = front.ByAnyone, opensFiles
	}
	return rows
}

// lineParam is the number of a line.
func lineParam(name string) params.Param {
	return params.Param{Name: name, Kind: params.Integer, Required: true, NotBlank: true, Positive: true}
}

// fileEntity is a file with what it contains. GitLab tells all but the content in headers as well.
type fileEntity struct {
	FileName        string `json:"file_name"`
	FilePath        string `json:"file_path"`
	Size            int    `json:"size"`
	Encoding        string `json:"encoding"`
	ContentSHA256   string `json:"content_sha256"`
	Ref             string `json:"ref"`
	BlobID          string `json:"blob_id"`
	CommitID        string `json:"commit_id"`
	LastCommitID    string `json:"last_commit_id"`
	ExecuteFilemode bool   `json:"execute_filemode"`
	Content         string `json:"content"`
}

// headers has the response tell all but the content.
func (e fileEntity) headers(res front.Response) front.Response {
	for name, value := range map[string]string{"File-Name": e.FileName, "File-Path": e.FilePath,
		"Size": strconv.Itoa(e.Size), "Encoding": e.Encoding, "Content-Sha256": e.ContentSHA256, "Ref": e.Ref,
		"Blob-Id": e.BlobID, "Commit-Id": e.CommitID, "Last-Commit-Id": e.LastCommitID,
		"Execute-Filemode": strconv.FormatBool(e.ExecuteFilemode)} {
		res = res.With("X-Gitlab-"+name, value)
	}
	return res
}

// ofFile hands the file that the path names to a handler, with its content.
func ofFile(handle func(request, fileEntity, []byte) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		if refusal := codeOpen(q); refusal != nil {
			return *refusal
		}
		r, path, ref := q.Project.Repository, q.said("file_path"), q.said("ref")
		revision := ref
		if ref == "" {
			revision = "HEAD"
		}
		c := r.CommitAt(revision)
		if c == nil {
			return front.NotFound("Commit").Because(q.noSuch("branch", revision, r.Branches()))
		}
		f, _ := r.FileAt(c.Tree, path)
		content, isBlob := r.Blob(f.ID)
		if !isBlob {
			return front.NotFound("File").Because(world.Missing("file", path, r.Paths(c.ID)).Error())
		}
		sum := sha256.Sum256(content)
		e := fileEntity{FileName: f.Name(), FilePath: path, Size: len(content), Encoding: "base64",
			ContentSHA256: hex.EncodeToString(sum[:]), Ref: ref, BlobID: f.ID, CommitID: c.ID,
			ExecuteFilemode: f.Mode == repository.ModeExecutable}
		if last := r.LastCommitFor(c.ID, path); last != nil {
			e.LastCommitID = last.ID
		}
		return handle(q, e, content)
	}
}

func getFile(_ request, e fileEntity, content []byte) front.Response {
	e.Content = base64.StdEncoding.EncodeToString(content)
	return e.headers(front.OK(e))
}

func getRawFile(_ request, e fileEntity, content []byte) front.Response {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e.FileName)
	return e.headers(rawBlob(content).With("Content-Disposition",
		fmt.Sprintf("inline; filename=\"%s\"; filename*=UTF-8''%s", quoted, url.PathEscape(e.FileName))))
}

// blameEntity is lib/api/entities/blame_range.rb: lines that come from one commit.
type blameEntity struct {
	Commit blameCommitEntity `json:"commit"`
	Lines  []string          `json:"lines"`
}

// blameCommitEntity is lib/api/entities/blame_range_commit.rb.
type blameCommitEntity struct {
	ID             string   `json:"id"`
	ParentIDs      []string `json:"parent_ids"`
	Message        string   `json:"message"`
	AuthoredDate   isoTime  `json:"authored_date"`
	AuthorName     string   `json:"author_name"`
	AuthorEmail    string   `json:"author_email"`
	CommittedDate  isoTime  `json:"committed_date"`
	CommitterName  string   `json:"committer_name"`
	CommitterEmail string   `json:"committer_email"`
}

// getBlame tells of the lines of a file, or of some of them, which commits they come from. Of lines that are not there
// nothing is told (lib/gitlab/gitaly_client/commit_service.rb, out_of_range).
func getBlame(q request, e fileEntity, _ []byte) front.Response {
	r := q.Project.Repository
	lines, from := r.Blame(r.Commit(e.CommitID), e.FilePath)
	asked, _ := q.Params.Hash("range")
	if start, given := asked.Int("start"); given {
		end, _ := asked.Int("end")
		if start > end {
			return front.Refuse(http.StatusBadRequest, msgBlameRange).Because("the range begins behind its end")
		}
		end = min(end, len(lines))
		start = min(start-1, end)
		lines, from = lines[start:end], from[start:end]
	}
	ranges := []blameEntity{}
	for i, line := range lines {
		if i == 0 || from[i] != from[i-1] {
			c := from[i]
			ranges = append(ranges, blameEntity{Commit: blameCommitEntity{ID: c.ID, ParentIDs: listed(c.Parents),
				Message: c.Message, AuthoredDate: gitTime(c.Author.When), AuthorName: c.Author.Name,
				AuthorEmail: c.Author.Email, CommittedDate: gitTime(c.Committer.When), CommitterName: c.Committer.Name,
				CommitterEmail: c.Committer.Email}})
		}
		last := &ranges[len(ranges)-1]
		last.Lines = append(last.Lines, line)
	}
	return e.headers(front.OK(ranges))
}

// uncached is what GitLab says of raw contents to caches.
const uncached = "max-age=0, private, must-revalidate, no-store, no-cache"

// rawBlob is a content by itself, as Workhorse sends it: of a type that its beginning stands for.
func rawBlob(content []byte) front.Response {
	head := content[:min(len(content), sniffedBytes)]
	return front.Response{Status: http.StatusOK, Text: string(content), ContentType: sniffed("", head)}.
		With("Content-Disposition", "inline").With("Cache-Control", uncached).With("Expires", longAgo)
}

// longAgo is when what is not to be cached expired.
const longAgo = "Fri, 01 Jan 1990 00:00:00 GMT"

// fileAnswer is what is said of a file that a request has changed.
type fileAnswer struct {
	FilePath string `json:"file_path"`
	Branch   string `json:"branch"`
}

// changeFile makes a commit of one file.
func changeFile(action string) func(request) front.Response {
	return func(q request) front.Response {
		for _, check := range []func(request) *front.Response{projectReaders, codePushers} {
			if refusal := check(q); refusal != nil {
				return *refusal
			}
		}
		content := q.said("content") // of no account to who deletes
		a := fileAction{action: action, path: q.said("file_path"), content: &content,
			base64: q.said("encoding") == "base64", lastCommit: q.said("last_commit_id")}
		if executable, given := q.Params.Bool("execute_filemode"); given {
			a.executable = &executable
		}
		n := newCommit{branch: q.said("branch"), startBranch: q.said("start_branch"), message: q.said("commit_message"),
			actions: []fileAction{a}, staleText: msgFileChanged}
		if n.startBranch == "" {
			n.startBranch = n.branch
		}
		if _, refusal := q.makeCommit(n); refusal != nil {
			return *refusal
		}
		switch answer := (fileAnswer{a.path, n.branch}); action {
		case actionCreate:
			return front.Created(answer)
		case actionUpdate:
			return front.OK(answer)
		}
		return front.NoContent()
	}
}
