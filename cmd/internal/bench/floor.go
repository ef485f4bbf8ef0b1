package main

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// clients is how many write at once when the floor is measured.
const clients = 16

// freshDatabase makes an empty database on the server and returns its URL. It
// refuses a server that does not sync, on which nothing would be measured.
func freshDatabase(ctx context.Context, server string) (string, error) {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	var fsync, commit string
	if err := conn.QueryRow(ctx, "SELECT current_setting('fsync'), current_setting('synchronous_commit')").Scan(&fsync, &commit); err != nil {
		return "", err
	}
	if fsync != "on" || commit != "on" {
		return "", fmt.Errorf("this PostgreSQL does not sync (fsync=%s, synchronous_commit=%s)", fsync, commit)
	}
	if err := layOutLog(ctx, conn); err != nil {
		return "", fmt.Errorf("lay out the server's log: %w", err)
	}
	name := fmt.Sprintf("bench_%d", time.Now().UnixNano())
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// measureFloor returns how many messages a second 16 clients write with two
// bare insert transactions each.
func measureFloor(ctx context.Context, db string, d time.Duration) (float64, error) {
	cfg, err := pgxpool.ParseConfig(db)
	if err != nil {
		return 0, err
	}
	cfg.MaxConns = clients
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	const table = "CREATE TABLE IF NOT EXISTS floor_message (id bigserial PRIMARY KEY, direction int, account text, provider_id text UNIQUE, body text, at bigint)"
	if _, err := pool.Exec(ctx, table); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var messages atomic.Int64
	var writers sync.WaitGroup
	began := time.Now()
	for c := range clients {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				id := fmt.Sprintf("%d-%d-%d", began.UnixNano(), c, n)
				if insert(ctx, pool, 1, "i"+id) == nil && insert(ctx, pool, 2, "o"+id) == nil {
					messages.Add(1)
				}
			}
		})
	}
	writers.Wait()
	return float64(messages.Load()) / time.Since(began).Seconds(), nil
}

func insert(ctx context.Context, pool *pgxpool.Pool, direction int, id string) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO floor_message (direction, account, provider_id, body, at) VALUES ($1, 'AC', $2, 'where is my order #1001?', $3)", direction, id, time.Now().UnixMicro())
		return err
	})
}

// probe commits one bare insert every few milliseconds until it is stopped, and
// notes how long each takes: what the machine gives to anyone at that moment.
func probe(ctx context.Context, db string, f *figures) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		pool, err := pgxpool.New(ctx, db)
		if err != nil {
			ended <- err
			return
		}
		defer pool.Close()
		for n := 0; ctx.Err() == nil; n++ {
			began := time.Now()
			if err := insert(context.WithoutCancel(ctx), pool, 1, fmt.Sprintf("p%d-%d", began.UnixNano(), n)); err != nil {
				ended <- err
				return
			}
			f.commit = append(f.commit, time.Since(began))
			time.Sleep(5 * time.Millisecond)
		}
		ended <- nil
	}()
	return func() error { cancel(); return <-ended }
}

// layOutLog lets the server write its log's segments once and keep them. One that
// has run for a while writes over old segments; a fresh one makes each anew, 16 MB
// of zeros synced to the disk while everybody who commits waits.
func layOutLog(ctx context.Context, conn *pgx.Conn) error {
	const segments = 60
	for range segments {
		if _, err := conn.Exec(ctx, "SELECT pg_logical_emit_message(false, 'wismo', ''), pg_switch_wal()"); err != nil {
			return err
		}
	}
	_, err := conn.Exec(ctx, "CHECKPOINT")
	return err
}
