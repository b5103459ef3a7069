package runner

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// artifact is what a job is to leave behind: an archive of files, or a report.
type artifact struct {
	Name     string   `json:"name"`
	Paths    []string `json:"paths"`
	When     string   `json:"when"`
	ExpireIn string   `json:"expire_in"`
	Type     string   `json:"artifact_type"`   // "archive" when empty
	Format   string   `json:"artifact_format"` // "zip" when empty
}

// dependency is a job whose artifacts this one gets.
type dependency struct {
	ID        int    `json:"id"`
	Token     string `json:"token"`
	Name      string `json:"name"`
	Artifacts struct {
		Filename string `json:"filename"`
	} `json:"artifacts_file"`
}

// download unpacks the artifacts of other jobs.
func (j *job) download(ctx context.Context) error {
	for _, d := range j.Dependencies {
		if d.Artifacts.Filename == "" {
			continue
		}
		a, err := j.runner.send(ctx, "GET", fmt.Sprintf("/jobs/%d/artifacts", d.ID), http.Header{"Job-Token": {d.Token}}, nil)
		if err = cmp.Or(err, a.unless(http.StatusOK)); err != nil {
			return fmt.Errorf("artifacts of %s: %w", d.Name, err)
		}
		archive, err := zip.NewReader(bytes.NewReader(a.body), int64(len(a.body)))
		if err == nil {
			err = os.CopyFS(j.sources(), overwriting{archive, j.sources()})
		}
		if err != nil {
			return fmt.Errorf("artifacts of %s: %w", d.Name, err)
		}
		fmt.Fprintf(j.log, "Got the artifacts of %s\n", d.Name)
	}
	return nil
}

// overwriting is an archive that takes the place of what is already there, which os.CopyFS would refuse.
type overwriting struct {
	fs.FS
	dir string
}

func (o overwriting) Open(name string) (fs.File, error) {
	if info, err := fs.Stat(o.FS, name); err == nil && info.Mode().IsRegular() {
		_ = os.Remove(filepath.Join(o.dir, filepath.FromSlash(name)))
	}
	return o.FS.Open(name)
}

// upload sends the artifacts that a job with such an end leaves behind.
func (j *job) upload(ctx context.Context, succeeded bool) error {
	for _, each := range j.Artifacts {
		if wanted := cmp.Or(each.When, "on_success"); wanted != "always" && (wanted == "on_success") != succeeded {
			continue
		}
		files, err := j.files(each.Paths)
		if err != nil {
			return err
		}
		if len(files) == 0 {
			fmt.Fprintf(j.log, "WARNING: %s: no matching files\n", strings.Join(each.Paths, ", "))
			continue
		}
		if err := j.send(ctx, each, files); err != nil {
			return fmt.Errorf("uploading %s: %w", strings.Join(each.Paths, ", "), err)
		}
		fmt.Fprintf(j.log, "Kept %s\n", strings.Join(files, ", "))
	}
	return nil
}

// files are those that patterns mean, and those below the directories among them, by their paths from the sources.
func (j *job) files(patterns []string) (files []string, err error) {
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(j.sources(), filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			err = filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
				if err == nil && entry.Type().IsRegular() {
					below, _ := filepath.Rel(j.sources(), path)
					files = append(files, filepath.ToSlash(below))
				}
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// send uploads one artifact in the form that it asks for.
func (j *job) send(ctx context.Context, a artifact, files []string) error {
	format := cmp.Or(a.Format, "zip")
	name := cmp.Or(a.Name, "artifacts") + map[string]string{"zip": ".zip", "gzip": ".gz", "raw": ""}[format]
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key, value := range map[string]string{"artifact_type": cmp.Or(a.Type, "archive"), "artifact_format": format,
		"expire_in": a.ExpireIn} {
		if err := form.WriteField(key, value); err != nil {
			return err
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		err = j.pack(part, format, files)
	}
	if err = cmp.Or(err, form.Close()); err != nil {
		return err
	}
	header := http.Header{"Job-Token": {j.Token}, "Content-Type": {form.FormDataContentType()}}
	answer, err := j.runner.send(ctx, "POST", fmt.Sprintf("/jobs/%d/artifacts", j.ID), header, body.Bytes())
	return cmp.Or(err, answer.unless(http.StatusCreated))
}

// pack writes files as an archive or, if the format knows none, one after the other.
func (j *job) pack(w io.Writer, format string, files []string) error {
	sources := os.DirFS(j.sources())
	if format == "zip" {
		archive := zip.NewWriter(w)
		for _, name := range files {
			if err := pack(archive, sources, name); err != nil {
				return err
			}
		}
		return archive.Close()
	}
	if format == "gzip" {
		packed := gzip.NewWriter(w)
		defer packed.Close()
		w = packed
	}
	for _, name := range files {
		if err := copyFile(w, sources, name); err != nil {
			return err
		}
	}
	return nil
}

// pack adds a file to an archive, with its mode.
func pack(archive *zip.Writer, from fs.FS, name string) error {
	info, err := fs.Stat(from, name)
	if err != nil {
		return err
	}
	header, err := zip.FileInfoHeader(info)
	if err != nil {
		return err
	}
	header.Name, header.Method = name, zip.Deflate
	entry, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	return copyFile(entry, from, name)
}

func copyFile(w io.Writer, from fs.FS, name string) error {
	file, err := from.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w, file)
	return err
}
