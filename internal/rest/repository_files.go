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
	return []row{
		{endpoint: "GET " + file, access: front.ByAnyone, spec: front.Declare(pathID, path, ref), handle: ofFile(getFile)},
		readByJobs(row{endpoint: "GET " + file + "/raw", access: front.ByAnyone, handle: ofFile(getRawFile),
			spec: front.Declare(pathID, path, []params.Param{{Name: "ref", NotBlank: true},
				{Name: "lfs", Kind: params.Boolean, Default: false}})}),
		{endpoint: "POST " + file, access: front.ByAnyone, spec: front.Declare(pathID, extended),
			handle: changeFile(actionCreate)},
		{endpoint: "PUT " + file, access: front.ByAnyone, spec: front.Declare(pathID, extended),
			handle: changeFile(actionUpdate)},
		{endpoint: "DELETE " + file, access: front.ByAnyone, spec: front.Declare(pathID, simple),
			handle: changeFile(actionDelete)},
	}
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
		f, ok := r.FileAt(c.Tree, path)
		content, isBlob := r.Blob(f.ID)
		if !ok || !isBlob {
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
		a := fileAction{action: action, path: q.said("file_path"), base64: q.said("encoding") == "base64",
			lastCommit: q.said("last_commit_id")}
		if action != actionDelete {
			content := q.said("content")
			a.content = &content
		}
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
