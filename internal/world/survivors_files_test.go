package world

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Rules of logs and of the files of jobs whose loss no other test noticed (internal/mutate).

// What a blob has taken it says, it makes no piece that nothing comes for, and of a large one it copies nothing.
func TestHowBlobsGrow(t *testing.T) {
	var b Blob
	n, err := b.Write([]byte("abc"))
	assert.Equal(t, []any{3, nil}, []any{n, err})
	failed := errors.New("the test")
	read, err := b.ReadFrom(io.MultiReader(strings.NewReader("de"), iotest.ErrReader(failed)))
	assert.Equal(t, []any{int64(2), failed}, []any{read, err})
	assert.Equal(t, "abcde", b.String())
	assert.Equal(t, "abcd", string(b.Head(4)))
	written, err := b.WriteTo(io.Discard)
	assert.Equal(t, []any{int64(5), nil}, []any{written, err})
	longest := strings.Repeat("s", SmallestPiece)
	var log Blob
	_, _ = log.Write([]byte("-" + longest + "-"))
	log.overwrite(longest, strings.Repeat("x", SmallestPiece))
	assert.Equal(t, "-"+strings.Repeat("x", SmallestPiece)+"-", log.String())

	var full Blob
	_, err = full.ReadFrom(bytes.NewReader(make([]byte, SmallestPiece)))
	require.NoError(t, err)
	assert.Len(t, full.pieces, 1)
	read, err = full.ReadFrom(strings.NewReader("more"))
	assert.Equal(t, []any{int64(4), nil}, []any{read, err})
	assert.Len(t, full.pieces, 2)

	for free, copied := range map[int]bool{adopted / 8: false, adopted/8 + 1: true} {
		b := Blob{[][]byte{make([]byte, 1, 1+free)}, 1}
		other := Blob{[][]byte{make([]byte, adopted)}, adopted}
		piece := &other.pieces[0][0]
		b.take(other)
		assert.Equal(t, !copied, &b.pieces[1][0] == piece, free)
		assert.Equal(t, int64(1+adopted), b.Size)
	}
	apart := Blob{[][]byte{[]byte("ab"), []byte("xxxxcd"), []byte("y")}, 9}
	assert.False(t, apart.Contains([]byte("bcd")), "another piece lies between")
	assert.Equal(t, []bool{true, false}, []bool{apart.ContainsAfter(6, []byte("cdy")), apart.ContainsAfter(7, []byte("cdy"))})
}

// app/services/ci/job_artifacts/create_service.rb: reports of annotations are read before anything else is looked at.
func TestReportsThatAreRead(t *testing.T) {
	st, shop := ruled(t)
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning})
	require.NoError(t, err)
	for text, want := range map[string]string{"[]": msgAnnotationsRoot, `{"a": [1]}`: "Validation failed: " + msgAnnotationsData,
		`{"a": {}}`: "Validation failed: " + msgAnnotationsData, "{}": msgArtifactFormat} {
		f := NewFile([]byte(text))
		f.Type, f.Format = annotationsReport, RawFormat
		refused := st.KeepFile(j, f)
		require.NotNil(t, refused, text)
		assert.Equal(t, want, refused.Text, text)
	}
	assert.True(t, annotationsFit([]byte(`[{"external_link": "x"}, {"external_link": null}]`)), "what is no object has no parts")
	assert.Equal(t, "A=\u0142", reportText([]byte("\xff\xfeA\x00=\x00\x42\x01")))

	kept := NewFile([]byte("x"))
	kept.Type, kept.Format = Archive, ZipFormat
	require.Nil(t, st.KeepFile(j, kept))
	now := st.Now()
	st.Erase(j)
	assert.Equal(t, []any{true, now, 0, time.Time{}}, []any{j.Erased, j.ErasedAt, len(j.Files), j.ArtifactsExpireAt})
	assert.False(t, st.KeptIn(j.Pipeline).ValidDependency(j))
	for _, c := range []struct{ of, format, field, text string }{
		{"archives", "", "file_type", `unknown type of artifact "archives"`}, {"", "", "", ""}, {"dotenv", "", "", ""},
		{"dotenv", GzipFormat, "", ""}, {"dotenv", RawFormat, "file_format", "has the format gzip, not raw"},
	} {
		field, text := artifactProblem(c.of, c.format)
		assert.Equal(t, c.field, field, c)
		assert.Contains(t, text, c.text, c)
	}
	zipped := NewFile([]byte("x"))
	zipped.Type, zipped.Format = annotationsReport, ZipFormat
	assert.Equal(t, msgArtifactFormat, st.KeepFile(j, zipped).Text, "a zip is not read")
	largest := NewFile([]byte("{}" + strings.Repeat(" ", maxAnnotationsSize-2)))
	largest.Format = RawFormat
	assert.NoError(t, checkAnnotations(largest))
	most, err := parseDotenv([]byte(manyVariables(maxDotenvVariables)))
	assert.NoError(t, err)
	assert.Len(t, most, maxDotenvVariables)
}

// workhorse/internal/zipartifacts/metadata.go: a directory that is in the archive keeps what is said of it; and as much as
// the longest metadata say is taken.
func TestMetadataAtTheEdges(t *testing.T) {
	var archive zip.Reader
	for _, name := range []string{"a/", "a/b"} {
		f := &zip.File{FileHeader: zip.FileHeader{Name: name, Comment: name}}
		archive.File = append(archive.File, f)
	}
	entries, ok := metadataEntries(&archive)
	assert.True(t, ok)
	assert.Equal(t, "a/", entries["a/"].Comment)
	long := strings.Repeat("c", maxMetadata)
	for name, most := range map[string]int{"d/f": maxMetadata - len("d/f") - len("d/"), "f": maxMetadata - len("f")} {
		for n, fits := range map[int]bool{most: true, most + 1: false} {
			f := &zip.File{FileHeader: zip.FileHeader{Name: name, Comment: long[:n]}}
			_, ok := metadataEntries(&zip.Reader{File: []*zip.File{f}})
			assert.Equal(t, fits, ok, "%s and %d bytes", name, n)
		}
	}

	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	_, err := w.Create("f")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	kept := NewFile(packed.Bytes())
	kept.fillDefaults()
	j := &Job{Files: []*File{NewFile([]byte("log")), kept}}
	j.Files[0].Type = "dotenv"
	for range 2 {
		j.addMetadata()
		require.Len(t, j.Files, 3)
		assert.Equal(t, metadataType, j.Files[2].Type)
	}

	read, err := readMetadata(packedMetadata(t, 0, metadataHeading, ""))
	assert.NoError(t, err, "errors may be empty")
	assert.Empty(t, read)
	short := "\x00\x00\x00\x02{}"
	read, err = readMetadata(packedMetadata(t, 100, metadataHeading, "{}", "a", "{}", short+strings.Repeat("b", 100)))
	assert.NoError(t, err)
	assert.Len(t, read, 1, "what is cut off is not read as if it were more")
	_, err = readMetadata(packedMetadata(t, 1, metadataHeading, "{}"))
	assert.Equal(t, errNoMetadata, err)
	whole := packedMetadata(t, 0, metadataHeading, "{}", "a", "{}").Bytes()
	_, err = readMetadata(bytes.NewReader(whole[:len(whole)-1]))
	assert.Equal(t, errNoMetadata, err, "their end is cut off")
}

// app/workers/ci/build_finished_worker.rb, update_coverage: what the log says of a coverage, if the keyword is there and an
// expression.
func TestCoverageOfJobsThatEnd(t *testing.T) {
	for _, c := range []struct{ pattern, log, want string }{
		{`/\d+%/`, "80%", "80"}, {`/\d+%/`, "", ""}, {"", "80%", ""}, {"/(/", "80%", ""}, {`/\d/`, "5", "5"},
	} {
		j := &Job{Plan: NewPlan(Plan{Spec: ci.JobSpec{Coverage: c.pattern}})}
		_, _ = j.Log.Write([]byte(c.log))
		j.findCoverage()
		if c.want == "" {
			assert.Nil(t, j.Coverage, c.pattern)
		} else if assert.NotNil(t, j.Coverage, c.pattern) {
			assert.InDelta(t, map[string]float64{"80": 80, "5": 5}[c.want], *j.Coverage, 0)
		}
	}
}

// app/services/ci/append_build_trace_service.rb: more of a log is a sign of life, and those who wait hear of it; what was
// decided about the job concerns what it was decided for.
func TestWhatMoreOfALogDoes(t *testing.T) {
	st, shop := ruled(t)
	now := st.Now()
	st.clock = func() time.Time { return now }
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning})
	require.NoError(t, err)
	assert.False(t, st.Watched(j))
	st.Watch(j)
	assert.True(t, st.Watched(j))
	now = now.Add(watchedFor)
	assert.False(t, st.Watched(j))
	piece := func(text string) (b Blob) {
		_, _ = b.Write([]byte(text))
		return b
	}
	assert.Empty(t, j.LostBy())
	st.LoseLogFor(j, "LoseLog at x_test.go:12")
	assert.Equal(t, "LoseLog at x_test.go:12", j.LostBy())
	st.LoseLog(j, 2)
	st.ApplyFate(j)
	assert.Equal(t, JobRunning, j.Status, "it was not to be canceled")
	_, loses := st.LosesLog(j, 0, 3)
	assert.True(t, loses)
	now = now.Add(untouchedFor + time.Microsecond)
	change := j.NextChange()
	st.AppendLog(j, piece("stop"))
	assert.Equal(t, now, j.UpdatedAt)
	select {
	case <-change:
	default:
		assert.Fail(t, "nobody hears of it")
	}
	end, loses := st.LosesLog(j, 4, 2)
	assert.Equal(t, []any{int64(6), true}, []any{end, loses}, "it is lost behind what was kept")
	st.PostponeFinal(j, 2)
	assert.Len(t, j.Unmet(), 1)
	assert.Equal(t, 1, st.AnswerFinal(j).WaitFor)
	assert.Empty(t, j.Unmet(), "once was, which is enough")
	st.RejectLog(j, 1)
	assert.True(t, st.AnswerFinal(j).Rejected)
	assert.Zero(t, j.Log.Size, "it is to be sent again")
	st.AppendLog(j, piece("stop"))
	assert.NoError(t, j.Plannable())
	st.CancelOn(j, "begin")
	assert.Equal(t, []string{`CancelAt("begin") canceled nothing: no log with that came while the job was running`}, j.Unmet())
	st.CancelOn(j, "stop")
	st.ApplyFate(j)
	assert.Equal(t, JobCanceled, j.Status)
	assert.Empty(t, j.Unmet())
	assert.ErrorContains(t, j.Plannable(), "the job is canceled already")
	st.CancelOn(j, "stop")
	st.ApplyFate(j)
	assert.Len(t, j.Unmet(), 1, "it was not running any more")
	st.PostponeFinal(j, 1)
	assert.Equal(t, []int{1, 0}, []int{st.AnswerFinal(j).WaitFor, st.AnswerFinal(j).WaitFor})
}
