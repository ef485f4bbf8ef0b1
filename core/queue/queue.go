// Package queue knows how owed work is woken up: as River jobs, written in the
// journal's own transactions, worked on by every replica. It is the only
// importer of River (v0.49.0).
//
// River is a means of waking up, and no more: what is owed stands in the
// journal's rows, and a job that runs twice, late or beside another does no
// harm (see core/journal). So its unique jobs are not used, its batch completer
// may be, and a job's row may be touched from outside.
//
// The replica that takes a message in sees to it at once (hands.go): the job is
// born running in its name. Through River goes what is due later, what has
// failed, what a dead replica leaves behind, and what finds no hand free.
//
// River alone takes over the jobs of a killed process only after a minute at
// the least. Here each replica beats every BeatEvery; the living set the running
// jobs of one that has not beaten for DeadAfter back to available. On SQLite,
// where one process owns the file, every running job at the start is an orphan.
package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"wismo/core/fault"
)

// Handler does the work. An error means: again later, until the kind's
// attempts are used up; then GiveUp must end it visibly.
type Handler interface {
	Conversation(ctx context.Context, id int64) error
	Ticket(ctx context.Context, handOffID int64) error
	Media(ctx context.Context, attachmentID int64) error
	Mail(ctx context.Context, mailID int64) error
	// Sweep and Watch are done by one replica at a time, now and then.
	Sweep(ctx context.Context) error
	Watch(ctx context.Context) error
	// FollowAll reads the tickets that are due, by one replica at a time.
	FollowAll(ctx context.Context) error
	// GiveUp is told which job, of which kind, has failed for good and why.
	GiveUp(ctx context.Context, kind string, id int64, cause error) error
}

// The times by which dead replicas are noticed.
const (
	BeatEvery = 3 * time.Second
	DeadAfter = 10 * time.Second
)

const (
	// jobTimeout bounds one job. A conversation's longest step is a read of the
	// store and a send.
	jobTimeout = 25 * time.Second
	// rescueAfter is River's own net below ours, for a job whose end a living
	// replica could not write down.
	rescueAfter = 2 * time.Minute
	// lostAfter is how old a job that this replica took must be to be none that
	// it has in hand.
	lostAfter = 2 * jobTimeout
	// tidyEvery is every how many beats living.tidy is called: half a minute.
	tidyEvery = 10
	// watchEvery is how often the journal is searched for what is stranded.
	watchEvery = 30 * time.Second
	// followEvery is how often it is looked which tickets are due to be read.
	followEvery = 15 * time.Second
	// stopWithin is how long jobs in hand may take at a graceful stop.
	stopWithin = 15 * time.Second
)

// NewReplica returns a name for this process among those on one database.
func NewReplica() string {
	host, err := os.Hostname()
	if err != nil {
		host = "replica"
	}
	return fmt.Sprintf("%s-%d-%016x", host, os.Getpid(), rand.Uint64())
}

// Options of a Queue.
type Options struct {
	// Replica is this process's name, from NewReplica.
	Replica string
	// Workers is how many jobs run at once, and how many conversations are seen
	// to at once besides whose message this replica has just taken in.
	Workers int
	// SweepEvery is how often Handler.Sweep is called.
	SweepEvery time.Duration
	Log        *slog.Logger
}

// living is what differs between the engines: beating, and freeing the jobs of
// replicas that no longer do.
type living interface {
	books
	// free is called once, before any job is fetched.
	free(ctx context.Context) error
	// beat says that this replica is alive and takes over from dead ones. It
	// returns the number of jobs taken over.
	beat(ctx context.Context, replica string) (int64, error)
	// tidy frees jobs that nobody has in hand although it looks so. It reads all
	// that run, so it is called seldom.
	tidy(ctx context.Context, replica string) (int64, error)
	// leave says that this replica has ended; what it still had in hand goes
	// back into the queue.
	leave(ctx context.Context, replica string) error
}

// Queue runs the jobs. Start it once and Stop it.
type Queue struct {
	client  client
	living  living
	handler Handler
	hands   *hands
	log     *slog.Logger
	stop    context.CancelFunc
	beats   sync.WaitGroup
}

// client is the part of River's client that does not depend on the engine.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	ID() string
}

func build[T any](driver riverdriver.Driver[T], poll time.Duration, l living, h Handler, o Options) (*Queue, error) {
	c, err := river.NewClient(driver, &river.Config{
		ID:                   o.Replica,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}, mediaQueue: {MaxWorkers: min(mediaWorkers, o.Workers)}},
		Workers:              workers(h, o.Log),
		PeriodicJobs:         periodic(o),
		FetchCooldown:        fetchCooldown,
		FetchPollInterval:    poll,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		RetryPolicy:          retries{},
		Logger:               slog.New(quiet{o.Log.Handler()}),

		CompletedJobRetentionPeriod: 10 * time.Minute,
		CancelledJobRetentionPeriod: time.Hour,
		DiscardedJobRetentionPeriod: 7 * 24 * time.Hour,
	})
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	return &Queue{client: c, living: l, handler: h, hands: newHands(o.Workers), log: o.Log}, nil
}

const (
	fetchCooldown = 10 * time.Millisecond
	// How often jobs are looked for. It bounds what waiting for a worker adds to
	// an answer; each look is one indexed statement. On SQLite a look takes the
	// one writer, and the load is a small shop's.
	pollPostgres = 20 * time.Millisecond
	pollSQLite   = 50 * time.Millisecond
)

// Start begins to work. It returns when jobs can be fetched.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.living.free(ctx); err != nil {
		return fmt.Errorf("free the jobs of dead replicas: %w", err)
	}
	if _, err := q.living.beat(ctx, q.client.ID()); err != nil {
		return fmt.Errorf("first sign of life: %w", err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	q.stop = stop
	q.beats.Go(func() { q.beat(running) })
	q.hands.clerk.Go(func() { q.hands.keep(running, q.living, q.client.ID(), q.log) })
	// River must outlive the end of ctx: Stop ends it gracefully.
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		stop()
		q.beats.Wait()
		return err
	}
	return nil
}

func (q *Queue) beat(ctx context.Context) {
	tick := time.NewTicker(BeatEvery)
	defer tick.Stop()
	for beats := 0; ; beats++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		beating, cancel := context.WithTimeout(ctx, BeatEvery)
		n, err := q.living.beat(beating, q.client.ID())
		if err == nil && beats%tidyEvery == 0 {
			var more int64
			more, err = q.living.tidy(beating, q.client.ID())
			n += more
		}
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			q.log.Error("could not tell that this replica is alive; others may take over its work", "error", err)
		case n > 0:
			q.log.Warn("took over the work of a replica that has died", "jobs", n)
		}
	}
}

// Stop fetches no more, lets the jobs in hand end, and gives up on those that
// do not in time.
func (q *Queue) Stop(ctx context.Context) error {
	soft, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	q.hands.shut(soft)
	err := q.client.Stop(soft)
	if errors.Is(err, context.DeadlineExceeded) {
		err = q.client.StopAndCancel(ctx)
	}
	q.stop()
	q.beats.Wait()
	return errors.Join(err, q.living.leave(ctx, q.client.ID()))
}

// quiet passes on River's warnings and errors only.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// Handle implements slog.Handler. That a query of River's was cut off when it
// was told to stop is not worth a line.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	stopping := false
	r.Attrs(func(a slog.Attr) bool {
		stopping = stopping || strings.Contains(a.Value.String(), context.Canceled.Error())
		return !stopping
	})
	if stopping {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// kind describes one kind of job.
type kind struct {
	name     string
	attempts int
	// longest is the longest pause between two attempts.
	longest time.Duration
	// queue is River's queue that it waits in.
	queue string
}

// mediaQueue keeps attachments, of which one customer may send many, and each
// of which is held in memory, out of the way of answers.
const (
	mediaQueue   = "media"
	mediaWorkers = 8
)

// The kinds of jobs that are tried again; a ticket is for some ten hours, a mail
// for longer than it is of any use.
func kindOf(name string) kind {
	switch name {
	case conversationArgs{}.Kind():
		return kind{name, 12, time.Minute, river.QueueDefault}
	case ticketArgs{}.Kind():
		return kind{name, 60, 10 * time.Minute, river.QueueDefault}
	case mediaArgs{}.Kind():
		return kind{name, 10, 5 * time.Minute, mediaQueue}
	case mailArgs{}.Kind():
		return kind{name, 30, 30 * time.Second, river.QueueDefault}
	default:
		return kind{name, 1, time.Minute, river.QueueDefault}
	}
}

type (
	conversationArgs struct {
		ID int64 `json:"id"`
	}
	ticketArgs struct {
		ID int64 `json:"id"`
	}
	mediaArgs struct {
		ID int64 `json:"id"`
	}
	mailArgs struct {
		ID int64 `json:"id"`
	}
	sweepArgs  struct{}
	watchArgs  struct{}
	followArgs struct{}
)

// Kind implements river.JobArgs, as those below do.
func (conversationArgs) Kind() string { return "conversation" }
func (ticketArgs) Kind() string       { return "ticket" }
func (mediaArgs) Kind() string        { return "media" }
func (mailArgs) Kind() string         { return "mail" }
func (sweepArgs) Kind() string        { return "sweep" }
func (watchArgs) Kind() string        { return "watch" }
func (followArgs) Kind() string       { return "follow" }

func periodic(o Options) []*river.PeriodicJob {
	job := func(every time.Duration, args river.JobArgs) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) {
			return args, &river.InsertOpts{MaxAttempts: 1}
		}, &river.PeriodicJobOpts{RunOnStart: true})
	}
	return []*river.PeriodicJob{job(o.SweepEvery, sweepArgs{}), job(watchEvery, watchArgs{}), job(followEvery, followArgs{})}
}

func workers(h Handler, log *slog.Logger) *river.Workers {
	w := river.NewWorkers()
	add(w, h, log, func(ctx context.Context, a conversationArgs) (int64, error) { return a.ID, h.Conversation(ctx, a.ID) })
	add(w, h, log, func(ctx context.Context, a ticketArgs) (int64, error) { return a.ID, h.Ticket(ctx, a.ID) })
	add(w, h, log, func(ctx context.Context, a mediaArgs) (int64, error) { return a.ID, h.Media(ctx, a.ID) })
	add(w, h, log, func(ctx context.Context, a mailArgs) (int64, error) { return a.ID, h.Mail(ctx, a.ID) })
	add(w, h, log, func(ctx context.Context, _ sweepArgs) (int64, error) { return 0, h.Sweep(ctx) })
	add(w, h, log, func(ctx context.Context, _ watchArgs) (int64, error) { return 0, h.Watch(ctx) })
	add(w, h, log, func(ctx context.Context, _ followArgs) (int64, error) { return 0, h.FollowAll(ctx) })
	return w
}

func add[A river.JobArgs](w *river.Workers, h Handler, log *slog.Logger, do func(context.Context, A) (int64, error)) {
	river.AddWorker(w, &worker[A]{handler: h, log: log, do: do})
}

// worker runs one kind of job.
type worker[A river.JobArgs] struct {
	river.WorkerDefaults[A]
	handler Handler
	log     *slog.Logger
	do      func(context.Context, A) (int64, error)
}

// Work implements river.Worker. What went wrong is logged here; River's table
// keeps the kind of the fault only.
func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	id, err := w.attempt(ctx, job.Args)
	if err == nil {
		return nil
	}
	w.log.Warn("a job has failed", "job", job.Kind, "id", id, "attempt", job.Attempt, "fault", fault.KindOf(err), "error", err)
	if job.Attempt >= job.MaxAttempts && job.MaxAttempts > 1 {
		if err := w.handler.GiveUp(ctx, job.Kind, id, err); err != nil {
			w.log.Error("could not give up a job; it is tried again", "job", job.Kind, "id", id, "error", err)
			return river.JobSnooze(time.Minute)
		}
		return nil
	}
	return errors.New(fault.KindOf(err).String())
}

// attempt runs the job once.
func (w *worker[A]) attempt(ctx context.Context, args A) (id int64, err error) {
	err = guarded(w.log, args.Kind(), func() (err error) {
		id, err = w.do(ctx, args)
		return err
	})
	return id, err
}

// guarded runs a job; a panic counts as a failure.
func guarded(log *slog.Logger, kind string, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("a job has panicked", "job", kind, "stack", string(debug.Stack()))
			err = fault.New(fault.Unknown, "job", "panic")
		}
	}()
	return do()
}

// retries is the pause before the next attempt: doubling from two seconds up
// to the kind's longest, with a quarter of chance in it.
type retries struct{}

// NextRetry implements river.ClientRetryPolicy.
func (retries) NextRetry(job *rivertype.JobRow) time.Time {
	pause := min(time.Second<<min(job.Attempt, 12), kindOf(job.Kind).longest)
	return time.Now().Add(pause + rand.N(pause/4+1))
}
