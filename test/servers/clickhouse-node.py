"""One real ClickHouse server on loopback out of the event engine's library, for tests.

clickhouse-node.py LIBRARY DIRECTORY TCP_PORT HTTP_PORT [CONFIG.xml]: listens until its process is ended.
Sessions inside a program cannot listen; only the library's command line can.
"""
import ctypes
import sys

library, directory, tcp, http, *config = sys.argv[1:]
chdb = ctypes.CDLL(library)
chdb.chdb_query_cmdline.restype = ctypes.c_void_p
chdb.chdb_result_error.argtypes = [ctypes.c_void_p]
chdb.chdb_result_error.restype = ctypes.c_char_p
arguments = [
    "clickhouse",
    *([f"--config-file={config[0]}"] if config else []),
    f"--path={directory}",
    f"--tcp_port={tcp}",
    f"--http_port={http}",
    "--listen_host=127.0.0.1",
    "--query",
    "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; SELECT sleepEachRow(1) FROM numbers(1000000)"
    " SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 3600000000 FORMAT Null",
]
argv = (ctypes.c_char_p * (len(arguments) + 1))(*[a.encode() for a in arguments], None)
error = chdb.chdb_result_error(chdb.chdb_query_cmdline(len(arguments), argv))
if error:
    sys.exit(error.decode())
