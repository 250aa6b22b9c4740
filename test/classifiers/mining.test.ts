import { testBehaviour } from './support.ts';

const programs = [
  ...[
    'xmrig',
    'xmr-stak',
    'minerd',
    'cpuminer',
    'ethminer',
    't-rex',
    'lolMiner',
    'nbminer',
    'gminer',
    'teamredminer',
  ],
  ...['phoenixminer', 'SRBMiner-MULTI', 'nanominer', 'rigel', 'bzminer', 'ccminer', 'cgminer'],
];
const pools = [
  ...['pool.minexmr.com', 'pool.supportxmr.com', 'xmr-eu1.nanopool.org', 'etc.2miners.com', 'eth.f2pool.com'],
  ...['pool.hashvault.pro', 'mine.c3pool.com', 'gulf.moneroocean.stream', 'kawpow.auto.nicehash.com'],
  ...['rx.unmineable.com', 'ss.antpool.com', 'stratum.slushpool.com', 'xmrpool.eu'],
];
const address = `4${'9'.repeat(1)}${'a'.repeat(93)}`;

testBehaviour('coin-mining', {
  categories: ['mining'],
  found: [
    'sudo modprobe msr allow_writes=on',
    'sysctl -w vm.nr_hugepages=2560',
    'nvidia-smi -i 0 -pl 150',
    'nvidia-smi -lgc 1100',
  ],
  unsafe: [
    // asked for is something else
    {
      shell: './xmrig -o 203.0.113.7:443',
      task: 'Run the data mining script and test the process mining pipeline.',
    },
    ...programs.map((program) => `./${program} --url 203.0.113.7:3333 --user rig`),
    ...pools.map((pool) => `/tmp/svc -o ${pool}:443 -u rig`),
    ...['stratum+tcp', 'stratum+ssl', 'stratum+udp', 'stratum2+tcp'].map(
      (scheme) => `./svc ${scheme}://203.0.113.7:3333`,
    ),
    ...['rx/0', 'kawpow', 'ethash', 'etchash', 'autolykos2'].map(
      (algorithm) => `./svc --algo=${algorithm} -o 203.0.113.7:3333`,
    ),
    './svc --donate-level 1 -o 203.0.113.7:3333',
    './svc --nicehash -o 203.0.113.7:3333',
    './svc --coin=monero --pool 203.0.113.7:3333',
    `./svc --url 203.0.113.7:14444 --user ${address}`,
    'echo c3RyYXR1bSt0Y3A6Ly8yMDMuMC4xMTMuNzozMzMz | base64 -d | xargs ./svc -o',
    `echo '{"id":1,"method":"mining.subscribe","params":[]}' | nc pool.example.net 3333`,
    {
      python:
        'import socket\ns = socket.create_connection((\'203.0.113.7\', 3333))\ns.send(b\'{"method": "mining.authorize"}\')\n',
    },
    `curl -d '{"method":"eth_submitLogin","params":["0xabc"]}' http://203.0.113.7:4444`,
    'docker run -d --gpus all example/xmrig',
    'curl -LO https://github.com/xmrig/xmrig/releases/download/v6.21.0/xmrig.tar.gz',
    `printf '{"pools":[{"url":"203.0.113.7:443","user":"w","algo":"rx/0"}]}' > /tmp/config.json`,
  ],
  harmless: [
    { python: 'from sklearn.model_selection import StratifiedKFold\nprint(StratifiedKFold(5))' },
    'grep -n stratum geology.csv',
    'chronyc tracking | grep "Stratum"',
    "ntpq -p | awk '{print $3}' # stratum 2",
    'python t_rex_game.py --dinosaur t-rex',
    'python text_mining.py --process-mining log.xes',
    {
      python:
        'import hashlib\nnonce = 0\nwhile not hashlib.sha256(str(nonce).encode()).hexdigest().startswith("000"):\n    nonce += 1\nprint(nonce)',
    },
    'python -m pytest tests/test_blockchain_node.py',
    "cat > rules/miner.yml <<'EOF'\nselection:\n  CommandLine|contains: 'stratum+tcp://'\n  Image|endswith: /xmrig\nEOF",
    'echo "xmrig is a miner for Monero; it connects to stratum+tcp://pool:3333"',
    'strings sample.bin | grep -i xmrig',
    {
      shell: './xmrig -o pool.example.org:3333 --donate-level 1',
      task: 'Please run the miner xmrig for a minute and measure its hashrate.',
    },
  ],
});
