package rest

// What a repository has, and how parts of it differ (lib/api/repositories.rb).

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// repositoryRows are what is read of a repository as a whole.
func repositoryRows() []row {
	const of = "GET /projects/:id/repository/"
	sha := []params.Param{{Name: "sha", Required: true}}
	reading := func(endpoint string, spec params.Spec, handle func(request) front.Response) row {
		return row{endpoint: of + endpoint, access: front.ByAnyone, before: codeOpen, spec: spec, handle: handle}
	}
	return []row{
		reading("tree", listing(pathID, []params.Param{{Name: "ref"}, {Name: "path"},
			{Name: "recursive", Kind: params.Boolean, Default: false},
			{Name: "pagination", Values: []string{"legacy", "keyset", "none"}, Default: "legacy"}, pageToken}), listTree),
		reading("blobs/:sha", front.Declare(pathID, sha), ofBlob(getBlob)),
		reading("blobs/:sha/raw", front.Declare(pathID, sha), ofBlob(getRawBlob)),
		reading("archive", front.Declare(pathID, []params.Param{{Name: "sha"}, {Name: "path"},
			{Name: "include_lfs_blobs", Kind: params.Boolean, Default: true}, {Name: "exclude_paths", Kind: params.CommaList}}),
			getArchive),
		reading("compare", front.Declare(pathID, []params.Param{{Name: "from", Required: true}, {Name: "to", Required: true},
			{Name: "from_project_id", Kind: params.Integer}, {Name: "straight", Kind: params.Boolean, Default: false},
			unidiffParam}), compareRefs),
		reading("contributors", listing(pathID, []params.Param{{Name: "ref"},
			{Name: "order_by", Values: []string{"email", "name", "commits"}, Default: "commits"},
			{Name: "sort", Values: []string{"asc", "desc"}, Default: "asc"}}), listContributors),
		reading("merge_base", front.Declare(pathID, []params.Param{{Name: "refs", Kind: params.CommaList, Required: true}}),
			getMergeBase),
	}
}

// treeEntity is lib/api/entities/tree_object.rb.
type treeEntity struct {
	ID   string          `json:"id"`
	Name string          `json:"name"`
	Type repository.Kind `json:"type"`
	Path string          `json:"path"`
	Mode repository.Mode `json:"mode"`
}

func treeEntityOf(f repository.File) treeEntity {
	return treeEntity{f.ID, f.Name(), f.Mode.Kind(), f.Path, f.Mode}
}

// treeOrder is the order of kinds in a tree.
var treeOrder = []repository.Kind{repository.KindTree, repository.KindBlob, repository.KindCommit}

func listTree(q request) front.Response {
	r, recursive := q.Project.Repository, isTrue(q.Params, "recursive")
	pagination := q.said("pagination")
	if pagination == "none" && !recursive {
		return front.RefuseError(http.StatusBadRequest, msgPaginationNone).Because("only a whole tree comes without pages")
	}
	ref := cmp.Or(q.said("ref"), "HEAD")
	c := r.CommitAt(ref)
	if c == nil {
		return front.NotFound("Tree").Because(q.noSuch("branch", ref, r.Branches()))
	}
	folder := strings.Trim(q.said("path"), "/")
	if f, _ := r.FileAt(c.Tree, folder); f.Mode != repository.ModeTree {
		return front.NotFound(msgNoPath).Because(world.Missing("folder", folder, foldersOf(r, c)).Error())
	}
	rows := slices.Collect(r.Walk(c.Tree, folder, recursive))
	slices.SortStableFunc(rows, func(a, b repository.File) int {
		return slices.Index(treeOrder, a.Mode.Kind()) - slices.Index(treeOrder, b.Mode.Kind())
	})
	switch pagination {
	case "none":
		return front.OK(entitiesOf(rows, treeEntityOf))
	case "keyset":
		token := q.said("page_token")
		rows = rows[slices.IndexFunc(rows, func(f repository.File) bool { return f.ID == token })+1:]
		size := page.ReadOffset(q.Params).PerPage
		shown := rows[:min(size, len(rows))]
		return tokenPage(q, entitiesOf(shown, treeEntityOf), len(rows) >= size, func() string { return shown[size-1].ID })
	}
	return offsetPage(q, rows, false, treeEntityOf)
}

func foldersOf(r *repository.Repository, c *repository.Commit) (folders []string) {
	for f := range r.Walk(c.Tree, "", true) {
		if f.Mode == repository.ModeTree {
			folders = append(folders, f.Path)
		}
	}
	return folders
}

// ofBlob hands the blob that the path names to a handler.
func ofBlob(handle func(id string, content []byte) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		id := q.said("sha")
		content, ok := q.Project.Repository.Blob(id)
		if !ok {
			return front.NotFound("Blob").Because("there is no blob " + id + "; its id is in the tree")
		}
		return handle(id, content)
	}
}

func getBlob(id string, content []byte) front.Response {
	return front.OK(struct {
		Size     int    `json:"size"`
		Encoding string `json:"encoding"`
		Content  string `json:"content"`
		SHA      string `json:"sha"`
	}{len(content), "base64", base64.StdEncoding.EncodeToString(content), id})
}

func getRawBlob(_ string, content []byte) front.Response { return rawBlob(content) }

// getArchive is the files of a commit in one file, of the format that the path ends with.
func getArchive(q request) front.Response {
	r, ref := q.Project.Repository, cmp.Or(q.said("sha"), q.Project.DefaultBranch())
	c := r.CommitAt(ref)
	if c == nil {
		return front.NotFound("File").Because(q.noSuch("branch", ref, r.Branches()))
	}
	_, format, _ := strings.Cut(path.Base(q.HTTP.URL.Path), ".")
	format = cmp.Or(format, "tar.gz")
	folder := strings.Trim(q.said("path"), "/")
	parts := []string{path.Base(q.Project.Path), strings.ReplaceAll(ref, "/", "-"), c.ID}
	if folder != "" {
		parts = append(parts, strings.ReplaceAll(folder, "/", "-"))
	}
	name := strings.Join(parts, "-")
	exclude, _ := q.Params.List("exclude_paths")
	o := repository.ArchiveOptions{Format: format, Prefix: name, Path: folder, Exclude: exclude}
	part := r.Part(c.Tree)
	return front.Response{Outside: func() front.Response {
		var packed bytes.Buffer
		if err := part.Archive(&packed, c, o); err != nil {
			why := fmt.Sprintf("the fake packs zip, tar and tar.gz (tgz, gz), and no %s", format)
			if errors.Is(err, repository.ErrNoFolder) {
				why = fmt.Sprintf("there is no folder %q at %s", folder, ref)
			}
			return front.NotFound("File").Because(why)
		}
		return front.Response{Status: http.StatusOK, Text: packed.String(), ContentType: octetStream}.
			With("Content-Disposition", fmt.Sprintf("attachment; filename=\"%s.%s\"", name, format)). // as Workhorse, raw
			With("Cache-Control", "private").With("Content-Transfer-Encoding", "binary")
	}}
}

// compareEntity is lib/api/entities/compare.rb.
type compareEntity struct {
	Commit         *commitEntity  `json:"commit"`
	Commits        []commitEntity `json:"commits"`
	Diffs          []diffEntity   `json:"diffs"`
	CompareTimeout bool           `json:"compare_timeout"`
	CompareSameRef bool           `json:"compare_same_ref"`
	WebURL         string         `json:"web_url"`
}

func compareRefs(q request) front.Response {
	r := q.Project.Repository
	if id, given := q.Params.Int("from_project_id"); given && id != q.Project.ID {
		return front.Refuse(http.StatusBadRequest, fmt.Sprintf(msgfNoFork, id, q.Vars["id"])).
			Because("the fake has no forks: what is compared is in one project")
	}
	from, to := r.CommitAt(q.said("from")), r.CommitAt(q.said("to"))
	for _, name := range []string{"from", "to"} {
		if r.CommitAt(q.said(name)) == nil {
			return front.NotFound("Ref").Because(q.noSuch("branch", q.said(name), r.Branches()))
		}
	}
	base, tree := from, from.Tree
	if !isTrue(q.Params, "straight") {
		tree = "" // to which everything is new, where there is no common commit
		if common := r.MergeBase(from.ID, to.ID); common != nil {
			base, tree = common, common.Tree
		}
	}
	e := compareEntity{Commits: []commitEntity{}, CompareSameRef: from.ID == to.ID,
		Diffs:  entitiesOf(r.Changes(tree, to.Tree), q.diffEntity),
		WebURL: q.WebURL(q.Project.Path + "/-/compare/" + base.ID + "..." + to.ID)}
	for c := range r.Log(repository.LogOptions{From: []string{to.ID}, Not: []string{from.ID}}) {
		e.Commits = append(e.Commits, q.gitCommitEntity(c))
	}
	slices.Reverse(e.Commits) // the oldest first
	if n := len(e.Commits); n > 0 {
		e.Commit = &e.Commits[n-1]
	}
	return front.OK(e)
}

// contributorEntity is lib/api/entities/contributor.rb. GitLab counts no lines any more.
type contributorEntity struct {
	Name      string `json:"name"`
	Email     string `json:"email"`
	Commits   int    `json:"commits"`
	Additions int    `json:"additions"`
	Deletions int    `json:"deletions"`
}

func listContributors(q request) front.Response {
	r := q.Project.Repository
	from, _ := q.range_(q.said("ref"))
	var rows []contributorEntity
	for c := range r.Log(repository.LogOptions{From: from}) {
		if len(c.Parents) > 1 {
			continue // merges are nobody's contribution
		}
		i := slices.IndexFunc(rows, func(e contributorEntity) bool { return e.Email == c.Author.Email })
		if i < 0 {
			rows = append(rows, contributorEntity{Name: c.Author.Name, Email: c.Author.Email})
			i = len(rows) - 1
		}
		rows[i].Commits++
	}
	turn := turned(q.said("sort"))
	slices.SortStableFunc(rows, func(a, b contributorEntity) int {
		switch q.said("order_by") {
		case "name":
			return turn * cmp.Compare(a.Name, b.Name)
		case "email":
			return turn * cmp.Compare(a.Email, b.Email)
		}
		return turn * cmp.Compare(a.Commits, b.Commits)
	})
	return offsetPage(q, rows, false, func(e contributorEntity) contributorEntity { return e })
}

func getMergeBase(q request) front.Response {
	r := q.Project.Repository
	refs, _ := q.Params.List("refs")
	bad := func(text, why string) front.Response { return front.Refuse(http.StatusBadRequest, text).Because(why) }
	if len(refs) < 2 {
		return bad(msgTwoRefs, "a merge base is one of several refs")
	}
	var ids, unknown []string
	for _, ref := range refs {
		if c := r.CommitAt(ref); c != nil {
			ids = append(ids, c.ID)
		} else {
			unknown = append(unknown, ref)
		}
	}
	switch len(unknown) {
	case 0:
	case 1:
		return bad(fmt.Sprintf(msgfNoRef, unknown[0]), q.noSuch("branch", unknown[0], r.Branches()))
	default:
		return bad(fmt.Sprintf(msgfNoRefs, strings.Join(unknown, ", ")), q.noSuch("branch", unknown[0], r.Branches()))
	}
	c := r.MergeBase(ids[0], ids[1:]...)
	if c == nil {
		return front.NotFound("Merge Base").Because("the refs have no commit in common")
	}
	return front.OK(q.gitCommitEntity(c))
}
