package rest

// One file out of the archive of a job, as Workhorse takes it out for GitLab (workhorse/internal/artifacts/entry.go,
// workhorse/internal/headers).

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// largestArchivedFile is the largest file, in bytes, that is taken out of an archive. GitLab has no such limit; but
// what an archive says can be a thousand times its own size.
const largestArchivedFile = 256 << 20

// archivedFile is the answer with the file of the parameter artifact_path, of a type that is found out of its name and
// its beginning.
func (q request) archivedFile(j *world.Job, typeOf func(name string, head []byte) string) front.Response {
	a := q.Artifact(j, world.Archive)
	if a == nil {
		return front.Refuse(http.StatusNotFound, front.MsgNotFound).
			Because(q.noArchive(j))
	}
	name, _ := q.Params.String("artifact_path")
	content, found, err := unpacked(a.Content, name)
	switch {
	case err != nil:
		return front.Response{Status: http.StatusInternalServerError, Text: msgWorkhorseFails,
			ContentType: plainText}.Because(fmt.Sprintf("%s of job %d: %v", a.Filename, j.ID, err))
	case !found:
		return front.Response{Status: http.StatusNotFound, Text: msgWorkhorseNotFound, ContentType: plainText}.
			Because(fmt.Sprintf("%s of job %d has no file %q", a.Filename, j.ID, name))
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path.Base(name))
	return front.Response{Status: http.StatusOK, ContentType: typeOf(name, content.Head(sniffedBytes)), File: &content,
		ETag: q.etagOf(a, name)}.
		With("Content-Disposition", `attachment; filename="`+quoted+`"`)
}

// unpacked is the file of a name in an archive; of several the first. The error is that the archive cannot be read.
func unpacked(archive world.Blob, name string) (content world.Blob, found bool, err error) {
	r, err := zip.NewReader(archive, archive.Size)
	if err != nil {
		return content, false, err
	}
	for _, f := range r.File {
		if f.Name != name {
			continue
		}
		if f.UncompressedSize64 > largestArchivedFile {
			return content, false, fmt.Errorf("the fake takes no more than %d bytes out of an archive", largestArchivedFile)
		}
		in, err := f.Open()
		if err != nil {
			return content, false, err
		}
		defer in.Close()
		_, err = content.ReadFrom(io.LimitReader(in, largestArchivedFile)) // an archive may lie about the size
		return content, true, err
	}
	return content, false, nil
}

// plainText is the type that Workhorse gives to all text.
const plainText = "text/plain; charset=utf-8"

// octetStream is the type of what nobody knows.
const octetStream = "application/octet-stream"

// typeByName is the type that the end of a file's name stands for: those that Go knows on every machine, as Workhorse
// is written in Go.
func typeByName(name string, _ []byte) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".htm", ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".xml":
		return "text/xml; charset=utf-8"
	case ".json":
		return "application/json"
	case ".pdf":
		return "application/pdf"
	case ".wasm":
		return "application/wasm"
	case ".svg":
		return svgType
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".avif", ".gif", ".png", ".webp":
		return "image/" + strings.ToLower(path.Ext(name))[1:]
	}
	return octetStream
}

// svgType is the type of a drawing, which looks like text.
const svgType = "image/svg+xml"

// sniffedBytes is how much of a file Workhorse looks at to find out its type.
const sniffedBytes = 4096

// sniffed is the type that the beginning of a file stands for: text of any kind is plain, so that no browser runs it.
func sniffed(_ string, head []byte) string {
	text := strings.ToLower(strings.TrimSpace(string(head)))
	if strings.HasPrefix(text, "<?xml") {
		_, text, _ = strings.Cut(text, "?>")
		text = strings.TrimSpace(text)
	}
	if strings.HasPrefix(text, "<svg") && strings.HasSuffix(text, "</svg>") {
		return svgType
	}
	if found := http.DetectContentType(head); !strings.HasPrefix(found, "text/") {
		return found
	}
	return plainText
}
