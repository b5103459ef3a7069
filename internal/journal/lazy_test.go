package journal_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/journal"
)

type letter struct{ address, text string }

// wax is a text that has not been read.
type wax struct {
	text   string
	opened *int
}

func (w wax) Complete(l *letter) {
	l.text = w.text
	*w.opened++
}

func (w wax) Size() int64 { return int64(len(w.text)) }

// sealed is a letter that has not been opened.
func sealed(address, text string, opened *int) *journal.Entry[letter, wax] {
	return &journal.Entry[letter, wax]{Of: letter{address: address}, Rest: wax{text, opened}}
}

func TestRestIsMadeForWhoLooks(t *testing.T) {
	opened := 0
	var log journal.Lazy[letter, wax]
	log.Limit(2, func(letter) bool { return false })
	for _, address := range []string{"a", "b", "c", "d"} {
		log.Close(log.Open(), sealed(address, "to "+address, &opened))
	}
	assert.Equal(t, 1+1, log.Lost().Excess)
	assert.Zero(t, opened)

	assert.Equal(t, []letter{{"c", "to c"}, {"d", "to d"}}, log.Closed())
	assert.Equal(t, []letter{{"d", "to d"}}, log.Select(func(l letter) bool { return l.address == "d" }))
	assert.Equal(t, []letter{}, log.Select(func(letter) bool { return false }))
	assert.Equal(t, 2, opened, "once for each that was kept")

	got, err := log.Wait(t.Context(), func(l letter) bool { return l.text == "to c" })
	require.NoError(t, err)
	assert.Equal(t, "c", got.address)
}

func TestWaitersSeeWholeEntries(t *testing.T) {
	opened := 0
	var log journal.Lazy[letter, wax]
	log.Limit(0, func(letter) bool { return false })
	number := log.Open()
	looked := make(chan struct{})
	go func() {
		<-looked
		log.Close(number, sealed("a", "to a", &opened))
	}()
	log.Close(log.Open(), sealed("b", "to b", &opened))
	got, err := log.Wait(t.Context(), func(l letter) bool {
		if l.address == "b" {
			close(looked)
		}
		return l.text == "to a"
	})
	require.NoError(t, err)
	assert.Equal(t, letter{"a", "to a"}, got)
}

// The limit of bytes counts what is kept in place of a part, and what an entry loses is no reason to make it whole.
func TestWeightOfWhatNobodyLooksAt(t *testing.T) {
	opened := 0
	var log journal.Lazy[letter, wax]
	log.Limit(0, func(letter) bool { return false })
	log.LimitWeight(journal.Weight[letter]{Limit: 40, Size: func(l letter) int64 { return int64(len(l.address) + len(l.text)) },
		Shed: func(l letter) letter { return letter{address: l.address[:1], text: l.text} }})
	for range 4 {
		log.Close(log.Open(), sealed("address", "to a", &opened))
	}
	assert.Equal(t, journal.Losses{Shed: 2}, log.Lost())
	assert.Zero(t, opened)
	assert.Equal(t, []letter{{"a", "to a"}, {"a", "to a"}, {"address", "to a"}, {"address", "to a"}}, log.Closed())
}

func TestEntriesThatEndLateAreInTheirPlace(t *testing.T) {
	var log journal.Log[int]
	first := log.Open()
	for range 5 {
		n := log.Open()
		log.Close(n, n)
	}
	log.Close(first, first)
	assert.Equal(t, []int{1, 2, 3, 4, 5, 6}, log.Closed())
}
