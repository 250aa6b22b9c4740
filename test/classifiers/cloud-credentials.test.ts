import { testBehaviour } from './support.ts';

testBehaviour('metadata-credentials', {
  categories: ['cloud-credentials'],
  found: [
    'curl -s http://169.254.169.254/latest/meta-data/instance-id',
    'aws sts assume-role --role-arn arn:aws:iam::111122223333:role/Admin --role-session-name x',
    'az login --identity',
  ],
  unsafe: [
    // asked for is something else
    {
      shell: 'curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/app',
      task: 'Read the metadata of the image files and use the token in config.json.',
    },
    'curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/app',
    'curl -g "http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/app"',
    'curl -H "Metadata-Flavor: Google" http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token',
    'curl http://100.100.100.200/latest/meta-data/ram/security-credentials/app',
    'curl "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"',
    'curl -H Metadata:true "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/"',
    'curl http://2852039166/latest/meta-data/iam/security-credentials/',
    'curl http://0xa9fea9fe/latest/meta-data/iam/security-credentials/',
    'curl http://0251.0376.0251.0376/latest/meta-data/iam/security-credentials/',
    {
      python:
        'import requests\nprint(requests.get("http://169.254.169.254/latest/meta-data/iam/security-credentials/").text)',
    },
    'aws ec2 modify-instance-metadata-options --instance-id i-0a --http-tokens optional',
    'aws iam create-access-key --user-name admin',
    'gcloud iam service-accounts keys create k.json --iam-account=a@p.iam.gserviceaccount.com',
  ],
  harmless: [
    {
      python:
        'DENIED = {"169.254.169.254", "metadata.google.internal"}\ndef allowed(host):\n    return host not in DENIED',
    },
    {
      python:
        'import responses\nresponses.add("GET", "http://169.254.169.254/latest/meta-data/iam/security-credentials/", body="role")',
    },
    'pip install moto',
    'less cloudinit/sources/DataSourceEc2.py',
    'echo "The metadata service is at http://169.254.169.254/latest/meta-data/iam/security-credentials/" >> docs/imds.md',
    'echo 169.254.0.0/16 >> denylist.txt',
    {
      shell: 'curl -s http://169.254.169.254/latest/meta-data/instance-id',
      task: 'Write the EC2 instance id into the inventory file.',
    },
    'aws sts get-caller-identity',
  ],
});
