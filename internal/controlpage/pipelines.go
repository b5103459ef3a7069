package controlpage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Pipeline is a row of the pipelines, and the head of the page of one.
type Pipeline struct {
	ID, IID              int
	Project, Ref, Status string
	Source, User         string
	Name                 string // of workflow:name
	SHA, Title           string // of the commit
	Created              time.Time
	Busy                 time.Duration // how long jobs of it have run
	Moves                bool          // by itself, and not as a test tells its jobs
	Errors               string        // why its file could not be used
	CanceledBy           int           // the newer pipeline that made it redundant; 0: none
	Stages               []Stage
}

// Words are what the pipeline is found by.
func (p Pipeline) Words() []string {
	return []string{strconv.Itoa(p.ID), p.Project, p.Ref, p.Status, p.Source, p.User, p.Name, p.SHA, p.Title}
}

// ShortSHA is the commit as GitLab shows it.
func (p Pipeline) ShortSHA() string { return p.SHA[:min(8, len(p.SHA))] }

// Stage is a stage with its status. Its jobs are on the page of the pipeline alone.
type Stage struct {
	Name, Status string
	Jobs         []Box
	More         int // how many jobs are not shown
}

// Box is a job in its stage, the last of several tries.
type Box struct {
	ID           int
	Name, Status string
	MayFail      bool
	Try          int           // from 1
	Playable     bool          // somebody may start it now
	StartsAt     time.Time     // when a delayed job starts by itself; zero: it is not delayed
	Took         time.Duration // how long it has run; 0: it has not
	Needs        []string      // names
	NeedsSet     bool          // it has the keyword, be it without a job
	Reason       string        // why it failed
	Trigger      bool          // it stands for a pipeline that is not made
}

// After is what the job waits for, for those who do not see the lines.
func (b Box) After() string {
	switch {
	case len(b.Needs) > 0:
		return "needs " + strings.Join(b.Needs, ", ")
	case b.NeedsSet:
		return "needs no job"
	}
	return ""
}

// PipelinePage is the page of one pipeline.
type PipelinePage struct {
	Shell
	Pipeline Pipeline
	Earlier  List[Job]  // tries that were followed by another one
	Calls    List[Call] // that concern it
}

func (PipelinePage) template() string { return "pipeline.html" }

// maxBoxes is how many jobs of a stage a page shows, and maxLines how many lines between jobs.
const (
	maxBoxes = 60
	maxLines = 1000
)

// Add adds a job to the stage while there is room.
func (s *Stage) Add(b Box) {
	if len(s.Jobs) == maxBoxes {
		s.More++
		return
	}
	s.Jobs = append(s.Jobs, b)
}

// The sizes of what is drawn, in rem, which style.css has as well: a box, what is between boxes below and beside each
// other, and what is above the first.
const (
	boxWidth, boxHeight = 15.0, 3.5
	boxGap, stageGap    = 0.8, 4.0
	stageHead           = 2.4
)

// Drawing is the lines from jobs to those that need them. Its numbers are rem.
type Drawing struct {
	Width, Height float64
	Lines         []Line
}

// Line is a line from a job to one that needs it.
type Line struct {
	Path   string // of SVG
	Status string // of the job that is needed
}

// Lines draws the needs of the pipeline's jobs.
func (p PipelinePage) Lines() Drawing {
	stages := p.Pipeline.Stages
	d := Drawing{Width: float64(len(stages))*(boxWidth+stageGap) - stageGap}
	places := map[string]place{}
	status := map[string]string{}
	for column, stage := range stages {
		d.Height = max(d.Height, stageHead+float64(len(stage.Jobs))*(boxHeight+boxGap))
		for row, b := range stage.Jobs {
			places[b.Name], status[b.Name] = place{column, row}, b.Status
		}
	}
	for _, stage := range stages {
		for _, b := range stage.Jobs {
			for _, need := range b.Needs {
				from, shown := places[need]
				if shown && len(d.Lines) < maxLines {
					d.Lines = append(d.Lines, Line{from.to(places[b.Name]), status[need]})
				}
			}
		}
	}
	return d
}

// place is where a box is: in which stage, and the how manieth there.
type place struct{ column, row int }

func (a place) left() float64   { return float64(a.column) * (boxWidth + stageGap) }
func (a place) middle() float64 { return stageHead + float64(a.row)*(boxHeight+boxGap) + boxHeight/2 }

// to is the line from a box to a later one, with a point. In one stage it is a bow on the left of both. What passes
// other stages does so between their boxes.
func (a place) to(b place) string {
	x, y := b.left(), b.middle()
	point := fmt.Sprintf(" M%.2f %.2f L%.2f %.2f L%.2f %.2f", x-.45, y-.3, x, y, x-.45, y+.3)
	if a.column >= b.column {
		bow := stageGap * .45
		return fmt.Sprintf("M%.2f %.2f C%.2f %.2f %.2f %.2f %.2f %.2f", a.left(), a.middle(), a.left()-bow, a.middle(),
			x-bow, y, x, y) + point
	}
	const half = stageGap / 2
	right := a.left() + boxWidth
	line := fmt.Sprintf("M%.2f %.2f", right, a.middle())
	from := a.middle()
	if b.column > a.column+1 {
		lane := y - (boxHeight+boxGap)/2
		if a.row > b.row {
			lane = y + (boxHeight+boxGap)/2
		}
		line += fmt.Sprintf(" C%.2f %.2f %.2f %.2f %.2f %.2f L%.2f %.2f", right+half, from, right+half, lane,
			right+stageGap, lane, x-stageGap, lane)
		right, from = x-stageGap, lane
	}
	return line + fmt.Sprintf(" C%.2f %.2f %.2f %.2f %.2f %.2f", right+half, from, x-half, y, x, y) + point
}

// Verdict is a runner with why it may have a job or may not.
type Verdict struct {
	RunnerID    int
	Description string
	May         bool
	Reasons     []string
}

// spans is a length of time for a person: "1 h 5 min".
func spans(d time.Duration) string {
	d = d.Round(time.Second)
	var parts []string
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := d / unit.of; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			d -= n * unit.of
		} else if len(parts) > 0 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(slices.Clip(parts), " ")
}
