// Interop reads a log of ours with Go's own implementation, or writes one for us to read.
//
//	interop read FOLDER    proofs of ours on standard input, Go's on standard output, as JSON
//	interop write FOLDER N
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// Proof is of a record at Index, or of an older tree of Index records.
type Proof struct {
	Index  int64       `json:"index"`
	Hashes []tlog.Hash `json:"hashes"`
}

type Proofs struct {
	Inclusion   []Proof `json:"inclusion"`
	Consistency []Proof `json:"consistency"`
}

func main() {
	log.SetFlags(0)
	switch {
	case len(os.Args) == 3 && os.Args[1] == "read":
		read(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "write":
		n, err := strconv.ParseInt(os.Args[3], 10, 64)
		check(err)
		write(os.Args[2], n)
	default:
		log.Fatal("usage: interop read FOLDER | interop write FOLDER N")
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// path is where C2SP tlog-tiles puts a tile: as Go does, without the height, and with its own name for records.
func path(folder string, t tlog.Tile) string {
	p := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", height))
	if t.L == -1 {
		p = "entries" + strings.TrimPrefix(p, "data")
	}
	return filepath.Join(folder, "tile", filepath.FromSlash(p))
}

type tiles struct{ folder string }

func (tiles) Height() int                           { return height }
func (tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range want {
		data, err := os.ReadFile(path(r.folder, t))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// openCheckpoint verifies the signature and gives the tree.
func openCheckpoint(folder string) tlog.Tree {
	vkey, err := os.ReadFile(filepath.Join(folder, "vkey"))
	check(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	check(err)
	msg, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err)
	n, err := note.Open(msg, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(n.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatalf("the origin %q is not the name of the key", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	hash, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: hash}
}

func read(folder string) {
	tree := openCheckpoint(folder)
	reader := tlog.TileHashReader(tree, tiles{folder})
	root, err := tlog.TreeHash(tree.N, reader)
	check(err)
	if root != tree.Hash {
		log.Fatal("the tiles give another root")
	}
	records := readRecords(folder, tree.N)
	var given, made Proofs
	check(json.NewDecoder(os.Stdin).Decode(&given))
	for _, p := range given.Inclusion {
		leaf := tlog.RecordHash(records[p.Index])
		check(tlog.CheckRecord(p.Hashes, tree.N, tree.Hash, p.Index, leaf))
		proof, err := tlog.ProveRecord(tree.N, p.Index, reader)
		check(err)
		made.Inclusion = append(made.Inclusion, Proof{p.Index, proof})
	}
	for _, p := range given.Consistency {
		old, err := tlog.TreeHash(p.Index, reader)
		check(err)
		check(tlog.CheckTree(p.Hashes, tree.N, tree.Hash, p.Index, old))
		proof, err := tlog.ProveTree(tree.N, p.Index, reader)
		check(err)
		made.Consistency = append(made.Consistency, Proof{p.Index, proof})
	}
	check(json.NewEncoder(os.Stdout).Encode(made))
}

func readRecords(folder string, n int64) [][]byte {
	var records [][]byte
	for at := int64(0); at*256 < n; at++ {
		width := n - at*256
		if width > 256 {
			width = 256
		}
		data, err := os.ReadFile(path(folder, tlog.Tile{H: height, L: -1, N: at, W: int(width)}))
		check(err)
		for len(data) > 0 {
			size := int(binary.BigEndian.Uint16(data))
			records = append(records, data[2:2+size])
			data = data[2+size:]
		}
	}
	return records
}

func write(folder string, n int64) {
	skey, vkey, err := note.GenerateKey(rand.Reader, "go.example/log")
	check(err)
	signer, err := note.NewSigner(skey)
	check(err)
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, i := range indexes {
			found = append(found, hashes[i])
		}
		return found, nil
	})
	var bundle bytes.Buffer
	for i := int64(0); i < n; i++ {
		record := []byte(fmt.Sprintf("record %d", i))
		more, err := tlog.StoredHashes(i, record, reader)
		check(err)
		hashes = append(hashes, more...)
		check(binary.Write(&bundle, binary.BigEndian, uint16(len(record))))
		bundle.Write(record)
		if width := i%256 + 1; width == 256 || i == n-1 {
			save(path(folder, tlog.Tile{H: height, L: -1, N: i / 256, W: int(width)}), bundle.Bytes())
			bundle.Reset()
		}
	}
	for _, t := range tlog.NewTiles(height, 0, n) {
		data, err := tlog.ReadTileData(t, reader)
		check(err)
		save(path(folder, t), data)
	}
	root, err := tlog.TreeHash(n, reader)
	check(err)
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), n, base64.StdEncoding.EncodeToString(root[:]))
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	check(err)
	save(filepath.Join(folder, "checkpoint"), msg)
	save(filepath.Join(folder, "vkey"), []byte(vkey+"\n"))
	fmt.Println(skey)
}

func save(name string, data []byte) {
	check(os.MkdirAll(filepath.Dir(name), 0o755))
	check(os.WriteFile(name, data, 0o644))
}
